"""Where in Korea a postcode is: its first two digits stand for a province or city.

The five-digit postcode (국가기초구역번호) has been in force since 1 August 2015; its first three
digits are the city, county or district, numbered from the north-west to the south-east.
"""

# The first of a region's two-digit numbers; each goes on to the next one's.
_FIRST = (
    (1, "서울", "Seoul"),
    (10, "경기", "Gyeonggi"),
    (21, "인천", "Incheon"),
    (24, "강원", "Gangwon"),
    (27, "충북", "Chungbuk"),
    (30, "세종", "Sejong"),
    (31, "충남", "Chungnam"),
    (34, "대전", "Daejeon"),
    (36, "경북", "Gyeongbuk"),
    (41, "대구", "Daegu"),
    (44, "울산", "Ulsan"),
    (46, "부산", "Busan"),
    (50, "경남", "Gyeongnam"),
    (54, "전북", "Jeonbuk"),
    (57, "전남", "Jeonnam"),
    (61, "광주", "Gwangju"),
    (63, "제주", "Jeju"),
)
_LAST = 63

REGIONS = {korean: english for _, korean, english in _FIRST}


def region_of(digits: str) -> str | None:
    """The Korean name of the region that a postcode with these first two digits is in; None where
    no region has them."""
    if not (len(digits) == 2 and digits.isascii() and digits.isdigit()):
        return None
    number = int(digits)
    if not _FIRST[0][0] <= number <= _LAST:
        return None
    return [name for first, name, _ in _FIRST if first <= number][-1]
