"""Made-up offices for made-up logs: plain names, short forms for document numbers, and how busy each is."""

from __future__ import annotations

from typing import NamedTuple


class Office(NamedTuple):
    """An agency with its short form (甬环) and the code of its region."""

    name: str
    short: str
    adcode: str


PLACES = (
    ("620503", "天水市麦积区", "麦"),
    ("510500", "泸州市", "泸"),
    ("420800", "荆门市", "荆"),
    ("520115", "贵阳高新区", "筑高"),
    ("350102", "福州市鼓楼区", "鼓"),
    ("330200", "宁波市", "甬"),
    ("110108", "北京市海淀区", "海"),
    ("310115", "上海市浦东新区", "浦"),
    ("440300", "深圳市", "深"),
    ("320100", "南京市", "宁"),
    ("370200", "青岛市", "青"),
    ("500112", "重庆市渝北区", "渝北"),
    ("430100", "长沙市", "长"),
    ("610100", "西安市", "西"),
    ("210200", "大连市", "大"),
    ("340100", "合肥市", "合"),
    ("360100", "南昌市", "洪"),
    ("410100", "郑州市", "郑"),
    ("130100", "石家庄市", "石"),
    ("510504", "泸州市龙马潭区", "龙"),
)
DEPARTMENTS = (
    ("市场监督管理局", "市监"),
    ("生态环境局", "环"),
    ("城市管理局", "城管"),
    ("住房和城乡建设局", "建"),
    ("交通运输局", "交"),
    ("卫生健康局", "卫"),
    ("应急管理局", "应急"),
    ("自然资源局", "自然资"),
    ("行政审批局", "审批"),
    ("人力资源和社会保障局", "人社"),
    ("农业农村局", "农"),
    ("教育局", "教"),
    ("财政局", "财"),
    ("民政局", "民"),
    ("文化和旅游局", "文旅"),
    ("水务局", "水"),
    ("发展和改革局", "发改"),
    ("公安局", "公"),
    ("医疗保障局", "医保"),
    ("政府办公室", "政办"),
)


def offices() -> list[Office]:
    """Four hundred offices, the busiest first."""
    return [
        Office(place + department, short + letter, adcode)
        for department, letter in DEPARTMENTS
        for adcode, place, short in PLACES
    ]


def by_share(count: int, *, slots: int = 20_000) -> list[int]:
    """Office numbers, each as often as Zipf's law has it busy: pick a slot at random to pick an office."""
    weights = [1 / (rank + 1) for rank in range(count)]
    total = sum(weights)
    picked: list[int] = []
    for number, weight in enumerate(weights):
        picked += [number] * max(1, round(slots * weight / total))
    return picked
