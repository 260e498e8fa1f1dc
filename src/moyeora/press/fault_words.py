"""The kinds of faults in Korean and English, for the pages that people read."""

from moyeora.press.faults import Kind

# kind -> (Korean name, what to do; English name)
KINDS: dict[Kind, tuple[str, str, str]] = {
    Kind.RAGGED_ROW: (
        "칸 수가 다른 줄",
        "줄의 칸 수를 제목 줄과 같게 맞추거나, 쉼표가 든 값을 큰따옴표로 묶으세요",
        "a row with too many or too few fields",
    ),
    Kind.BAD_ENCODING: (
        "글자가 깨진 줄",
        "파일을 UTF-8로 저장하거나 encoding에 문자 방식을 적으세요",
        "bytes that are no text",
    ),
    Kind.NO_ID: ("고객번호 없음", "고객번호를 적으세요", "no id"),
    Kind.DUPLICATE_ID: (
        "고객번호 중복",
        "고객마다 다른 번호를 주세요. 먼저 나온 줄만 인쇄합니다",
        "an id that is there twice",
    ),
    Kind.DUPLICATE_RECORD: (
        "같은 고객 중복",
        "같은 사람이면 그대로 두세요. 다른 사람이면 deduplicate에 구별할 열을 더하세요",
        "the same customer again",
    ),
    Kind.BAD_POSTCODE: (
        "우편번호 오류",
        "우편번호 다섯 자리를 적으세요",
        "no five-digit postcode",
    ),
    Kind.BAD_NUMBER: ("숫자 오류", "숫자만 적으세요", "no plain number"),
    Kind.BAD_DATE: ("날짜 오류", "날짜를 2026-11-08처럼 적으세요", "no date"),
    Kind.NO_LAYOUT: (
        "디자인 미지정",
        "layout 식이 모든 고객에게 디자인 하나를 고르게 하세요",
        "no layout for it",
    ),
    Kind.CONTROL_CHARACTER: (
        "보이지 않는 문자",
        "칸에서 그 문자를 지우세요",
        "a character that cannot be seen",
    ),
    Kind.MISSING_GLYPH: (
        "글꼴에 없는 글자",
        "그 글자가 있는 글꼴을 fonts.fallback에 더하세요",
        "a character that no font has",
    ),
    Kind.OVERSET: (
        "글이 자리를 넘침",
        "글을 줄이거나, 자리를 넓히거나, least_size_pt를 낮추세요",
        "text that does not fit its place",
    ),
    Kind.MISSING_PICTURE: ("그림 없음", "그림을 넣거나 이름을 고치세요", "a picture is missing"),
    Kind.BAD_CODE: ("코드 오류", "값을 줄이거나 글자를 고치세요", "a code cannot hold the value"),
    Kind.CODE_CLASH: (
        "코드 중복",
        "고객마다 다른 코드를 주세요. 먼저 나온 줄만 인쇄합니다",
        "a code that another piece has",
    ),
}
