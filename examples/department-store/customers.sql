-- From the retailer's tables to one row a customer: what they buy most, what goes with it, what
-- they have yet to try, their points, and the campaign and coupon that really were theirs.
--
-- Money is counted in whole cents and told in whole won. Every choice ends in a key, and nothing is
-- summed as a float, so the same tables give the same rows.

WITH settings AS (
    SELECT
        TIMESTAMP '2017-10-30' AS printed,  -- what came later is not known to the mailing
        INTERVAL 9 YEAR AS later,           -- the data's 2017 is told as 2026: same month and day
        13 AS won_per_cent                  -- 1 US dollar = 1,300 won
),

-- The catalogue: an item stands for one or several of the retailer's product categories.
items AS (
    SELECT item, hall, name, copy, unnest(string_split(categories, ';')) AS product_category
    FROM catalogue
),

shelf AS (
    SELECT product_id, item, hall FROM products JOIN items USING (product_category)
),

purchases AS (
    SELECT
        household_id,
        basket_id,
        product_id,
        greatest(quantity, 1) AS quantity,
        CAST(round(sales_value * 100) AS BIGINT) AS cents,
        CAST(round(retail_disc * 100) AS BIGINT) AS reduced_cents,
        CAST(transaction_timestamp AS DATE) AS day
    FROM transactions, settings
    WHERE transaction_timestamp < printed
),

-- What an item usually costs, and by how much the shop really reduced it on the whole.
prices AS (
    SELECT
        item,
        quantile_disc((cents + reduced_cents) // quantity, 0.5) * max(won_per_cent) AS won,
        sum(reduced_cents) * 100 // sum(cents + reduced_cents) AS reduced_percent
    FROM purchases JOIN shelf USING (product_id), settings
    WHERE cents + reduced_cents > 0
    GROUP BY item
),

offers AS (
    SELECT
        item,
        hall,
        name,
        copy,
        (won + 5) // 10 * 10 AS usual,
        CAST(least(greatest((reduced_percent + 2) // 5 * 5, 5), 40) AS BIGINT) AS reduction
    FROM catalogue JOIN prices USING (item)
),

baskets AS (
    SELECT DISTINCT household_id, basket_id, item, hall
    FROM purchases JOIN shelf USING (product_id)
),

habits AS (
    SELECT
        household_id,
        item,
        hall,
        count(*) AS times,
        row_number() OVER (
            PARTITION BY household_id, hall ORDER BY count(*) DESC, item
        ) AS place
    FROM baskets
    GROUP BY household_id, item, hall
),

-- Market-basket analysis: lift = P(both) / (P(this) P(that)), in thousandths, for pairs that meet
-- in at least 400 baskets.
frequency AS (
    SELECT item, count(*) AS baskets FROM baskets GROUP BY item
),

association AS (
    SELECT
        this.item AS item,
        that.item AS with_item,
        that.hall AS with_hall,
        count(*) * 1000 * (SELECT count(DISTINCT basket_id) FROM baskets)
            // (f.baskets * g.baskets) AS lift
    FROM baskets AS this
    JOIN baskets AS that ON that.basket_id = this.basket_id AND that.item <> this.item
    JOIN frequency AS f ON f.item = this.item
    JOIN frequency AS g ON g.item = that.item
    GROUP BY this.item, that.item, that.hall, f.baskets, g.baskets
    HAVING count(*) >= 400
),

-- First offer: the food they most often carry home; for who has bought none yet, what all the
-- others carry home most often.
everyone AS (
    SELECT DISTINCT household_id FROM people
),

best_seller AS (
    SELECT item
    FROM baskets
    WHERE hall = '식품관'
    GROUP BY item
    ORDER BY count(*) DESC, item
    LIMIT 1
),

firsts AS (
    SELECT everyone.household_id, coalesce(habits.item, best_seller.item) AS item
    FROM everyone
    CROSS JOIN best_seller
    LEFT JOIN habits
        ON habits.household_id = everyone.household_id AND hall = '식품관' AND place = 1
),

-- Second offer: of the six foods that go best with it, the one this household takes most often.
seconds AS (
    SELECT firsts.household_id, with_item AS item
    FROM firsts
    JOIN (
        FROM association
        WHERE with_hall = '식품관'
        QUALIFY row_number() OVER (PARTITION BY item ORDER BY lift DESC, with_item) <= 6
    ) AS companions USING (item)
    LEFT JOIN habits
        ON habits.household_id = firsts.household_id AND habits.item = with_item
    QUALIFY row_number() OVER (
        PARTITION BY firsts.household_id ORDER BY coalesce(times, 0) DESC, lift DESC, with_item
    ) = 1
),

-- Third offer: of what they have never bought (or else bought least), that which goes best with
-- the three foods they buy most.
thirds AS (
    SELECT wanted.household_id, association.with_item AS item
    FROM (
        SELECT household_id, item FROM habits WHERE hall = '식품관' AND place <= 3
        UNION
        SELECT household_id, item FROM firsts
    ) AS wanted
    JOIN association USING (item)
    JOIN firsts ON firsts.household_id = wanted.household_id
    JOIN seconds ON seconds.household_id = wanted.household_id
    LEFT JOIN habits
        ON habits.household_id = wanted.household_id AND habits.item = association.with_item
    WHERE association.with_item NOT IN (firsts.item, seconds.item)
    GROUP BY wanted.household_id, association.with_item
    QUALIFY row_number() OVER (
        PARTITION BY wanted.household_id
        ORDER BY coalesce(max(habits.times), 0), sum(lift) DESC, association.with_item
    ) = 1
),

-- Spending, points (0.5 per cent of it) and the segment by rank.
spending AS (
    SELECT
        household_id,
        count(DISTINCT basket_id) AS visits,
        max(day) AS last_visit,
        sum(cents) * max(won_per_cent) AS won
    FROM purchases JOIN products USING (product_id), settings
    WHERE department <> 'FUEL'
    GROUP BY household_id
),

segments AS (
    SELECT
        household_id,
        visits,
        last_visit,
        CAST(won * 5 // 1000 AS BIGINT) AS points,
        CASE
            WHEN rank <= households * 5 // 100 THEN '나이테'
            WHEN rank <= households * 25 // 100 THEN '줄기'
            WHEN rank <= households * 60 // 100 THEN '가지'
            ELSE '새싹'
        END AS segment
    FROM (
        SELECT
            *,
            row_number() OVER (ORDER BY won DESC, household_id) AS rank,
            count(*) OVER () AS households
        FROM spending
    )
),

-- The coupon: of the campaigns that ran for this household on the day of printing and go on for
-- two weeks more, the coupon that covers what it bought most often and has not yet redeemed.
running AS (
    SELECT household_id, campaign_id, start_date, end_date
    FROM campaigns JOIN campaign_descriptions USING (campaign_id), settings
    WHERE start_date <= printed AND end_date >= printed + INTERVAL 14 DAY
),

covered AS (
    SELECT coupon_upc, campaign_id, item, count(*) AS covered_products
    FROM coupons JOIN shelf USING (product_id)
    GROUP BY coupon_upc, campaign_id, item
),

covered_purchases AS (
    SELECT household_id, coupon_upc, campaign_id, item, count(DISTINCT basket_id) AS times
    FROM running
    JOIN coupons USING (campaign_id)
    JOIN shelf USING (product_id)
    JOIN purchases USING (household_id, product_id)
    GROUP BY household_id, coupon_upc, campaign_id, item
),

chosen AS (
    SELECT running.*, coupon_upc, item
    FROM running
    JOIN covered USING (campaign_id)
    LEFT JOIN covered_purchases USING (household_id, coupon_upc, campaign_id, item)
    WHERE NOT EXISTS (
        FROM coupon_redemptions AS redeemed, settings
        WHERE redeemed.household_id = running.household_id
          AND redeemed.coupon_upc = covered.coupon_upc
          AND redeemed.redemption_date < printed
    )
    QUALIFY row_number() OVER (
        PARTITION BY household_id
        ORDER BY coalesce(times, 0) DESC, covered_products DESC, coupon_upc, campaign_id, item
    ) = 1
),

-- What a coupon takes off: its face value is not among the data, so what it took off at the till
-- whenever in the year it was redeemed (the median), else what most coupons did; in steps of 500 won.
redeemed_cents AS (
    SELECT
        coupon_upc,
        quantile_disc(CAST(round(coupon_disc * 100) AS BIGINT), 0.5) AS cents
    FROM coupon_redemptions AS redeemed
    JOIN coupons USING (coupon_upc, campaign_id)
    JOIN transactions
        ON transactions.household_id = redeemed.household_id
        AND transactions.product_id = coupons.product_id
        AND CAST(transaction_timestamp AS DATE) = CAST(redemption_date AS DATE)
    WHERE coupon_disc > 0
    GROUP BY coupon_upc
),

coupon_won AS (
    SELECT
        chosen.*,
        greatest(1000, (coalesce(
            cents, (SELECT quantile_disc(cents, 0.5) FROM redeemed_cents)
        ) * won_per_cent + 250) // 500 * 500) AS won
    FROM chosen LEFT JOIN redeemed_cents USING (coupon_upc), settings
),

-- The nearest store as the crow flies; a thousandth of a degree is 111 m north and 88 m east.
nearest AS (
    SELECT latitude, longitude, store, address, phone
    FROM (SELECT DISTINCT latitude, longitude FROM people) AS homes
    CROSS JOIN (
        SELECT
            store,
            address,
            phone,
            CAST(CAST(latitude AS DECIMAL(9, 3)) * 1000 AS BIGINT) AS store_latitude,
            CAST(CAST(longitude AS DECIMAL(9, 3)) * 1000 AS BIGINT) AS store_longitude
        FROM stores
    )
    QUALIFY row_number() OVER (
        PARTITION BY latitude, longitude
        ORDER BY
            (111 * (latitude - store_latitude)) ** 2 + (88 * (longitude - store_longitude)) ** 2,
            store
    ) = 1
),

-- All of that for each household, before it meets the many customers.
households AS (
    SELECT
        household_id,
        first.item AS picture_1,
        first.name AS product_1,
        first.copy AS copy_1,
        first.usual AS usual_1,
        first.reduction AS reduction_1,
        first.usual * (100 - first.reduction) // 1000 * 10 AS price_1,
        second.item AS picture_2,
        second.name AS product_2,
        second.copy AS copy_2,
        second.usual AS usual_2,
        second.reduction AS reduction_2,
        second.usual * (100 - second.reduction) // 1000 * 10 AS price_2,
        third.item AS picture_3,
        third.name AS product_3,
        third.copy AS copy_3,
        third.usual AS usual_3,
        third.reduction AS reduction_3,
        third.usual * (100 - third.reduction) // 1000 * 10 AS price_3,
        visits,
        CAST(last_visit + later AS DATE) AS last_visit,
        coalesce(points, 0) AS points,
        coalesce(segment, '새싹') AS segment,
        lpad(CAST(campaign_id AS VARCHAR), 2, '0')
            || lpad(CAST(coupon_upc AS VARCHAR), 11, '0') AS coupon_kind,
        campaign_id AS campaign,
        coupon_item.name AS coupon_product,
        coupon_won.won AS coupon_won,
        CAST(end_date + later AS DATE) AS coupon_until,
        CAST(printed + later AS DATE) AS printed
    FROM firsts
    JOIN seconds USING (household_id)
    JOIN thirds USING (household_id)
    JOIN offers AS first ON first.item = firsts.item
    JOIN offers AS second ON second.item = seconds.item
    JOIN offers AS third ON third.item = thirds.item
    LEFT JOIN segments USING (household_id)
    LEFT JOIN coupon_won USING (household_id)
    LEFT JOIN catalogue AS coupon_item ON coupon_item.item = coupon_won.item
    CROSS JOIN settings
),

-- The coupon's number: campaign (2 digits), coupon (11), customer (8), and a check digit as in
-- GS1's codes.
numbered AS (
    SELECT *, coupon_kind || customer AS digits FROM people JOIN households USING (household_id)
)

SELECT
    numbered.* EXCLUDE (coupon_kind, digits, latitude, longitude),
    digits || CAST((10 - list_sum(
        [CAST(digits[place] AS INTEGER) * (1 + place % 2 * 2) FOR place IN range(1, 22)]
    ) % 10) % 10 AS VARCHAR) AS coupon,
    store,
    nearest.address AS store_address,
    phone AS store_phone
FROM numbered JOIN nearest USING (latitude, longitude)
