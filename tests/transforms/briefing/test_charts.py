"""A chart's marks and labels are figures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tests.transforms.briefing.sample_figures import JUNE, figures
from transforms.briefing.charts import FONT_PX, categories, progress, stages
from transforms.briefing.view import Chart


def drawn(chart: Chart | None) -> Chart:
    assert chart is not None
    return chart


def test_progress_prints_each_rate_and_the_share_of_the_year() -> None:
    chart = drawn(progress(figures(), JUNE))
    assert [row["what"] for row in chart.spec["data"]["values"]] == [
        "即征即奖兑现　57.1%",
        "协调银行贷款　59.7%",
        "工业项目开工　51.1%",
        "工业项目竣工　36.4%",
        "工业项目投资　47.4%",
    ]
    assert chart.alt.endswith("工业项目投资47.4%；时间进度49.6%。")


def test_a_missing_rate_has_no_bar_and_says_so() -> None:
    now = figures()
    now["loan.bank_rate"] = replace(now["loan.bank_rate"], value=None)
    row = drawn(progress(now, JUNE)).spec["data"]["values"][1]
    assert (row["what"], row["rate"]) == ("协调银行贷款　暂缺", 0.0)


def test_ticks_stay_round_above_the_whole() -> None:
    now = figures()
    now["loan.bank_rate"] = replace(now["loan.bank_rate"], value=Fraction(123))
    x = drawn(progress(now, JUNE)).spec["layer"][0]["encoding"]["x"]
    assert x["scale"]["domain"] == [0, 150]
    assert x["axis"]["values"] == [0, 50, 100, 150]


def test_stages_add_up_to_every_project_with_the_unreported() -> None:
    chart = drawn(stages(figures()))
    rows = chart.spec["data"]["values"]
    assert [row["text"] for row in rows] == ["2个", "14个", "12个", "21个", "3个"]
    assert rows[-1]["stage"] == "阶段未报"
    assert rows[-1]["to"] == 52
    assert [row["from"] for row in rows[1:]] == [row["to"] for row in rows[:-1]]


def test_without_any_value_there_is_no_chart() -> None:
    missing = {code: replace(f, value=None) for code, f in figures().items()}
    assert (progress(missing, JUNE), stages(missing), categories(missing)) == (None, None, None)


def test_one_missing_stage() -> None:
    now = figures()
    now["housing.moved_back"] = replace(now["housing.moved_back"], value=None)
    chart = drawn(stages(now))
    assert "已回迁 —" in chart.alt
    assert chart.spec["data"]["values"][0]["text"] == "—"


def test_categories_are_resolved_and_not() -> None:
    chart = drawn(categories(figures()))
    first = [(row["from"], row["to"]) for row in chart.spec["data"]["values"] if row["what"] == "土地征用"]
    assert first == [(0, 6), (6, 8)]
    assert chart.spec["layer"][1]["data"]["values"][0] == {
        "what": "土地征用",
        "end": 8.0,
        "text": "已化解6件、未化解2件",
    }
    assert "劳动保障已化解4件、未化解0件" in chart.alt


def test_one_missing_category() -> None:
    now = figures()
    now["petition.category.land.cases"] = replace(now["petition.category.land.cases"], value=None)
    assert "土地征用暂缺" in drawn(categories(now)).alt


def test_labels_are_at_least_nine_points() -> None:
    assert FONT_PX * 0.75 >= 9
