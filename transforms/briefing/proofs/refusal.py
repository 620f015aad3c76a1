"""Why a finished PDF may not go out."""

from __future__ import annotations

from typing import NamedTuple

RULES: dict[str, str] = {
    "PF00": "文件应能完整读回，并有结构标记",
    "PF01": "每个字都应印出来，不缺字形，不丢字",
    "PF02": "文字不应超出版心",
    "PF03": "文字不应互相重叠",
    "PF04": "印出的数应与指标一致，并指向附件中的出处",
    "PF05": "正文中的数应有指标",
    "PF06": "不应印出程序的空值、错误值或模板标记",
    "PF07": "表格中不应有空白格",
    "PF08": "标题下面应有内容",
    "PF09": "首页的内容应全部在首页",
    "PF10": "应隐去的姓名不应出现",
}


class Refusal(NamedTuple):
    """`page` is counted from 1, 0 for the document as a whole; `found` is the text that it is about."""

    rule: str
    page: int
    found: str
    message: str


def refused(rule: str, page: int, found: str, why: str) -> Refusal:
    """With the place before the reason; long texts are cut in the message."""
    shown = found if len(found) <= 40 else f"{found[:40]}……"
    place = f"第{page}页" if page else "全文"
    return Refusal(rule, page, found, f"{place}：“{shown}”{why}。" if shown else f"{place}：{why}。")
