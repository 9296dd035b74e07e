"""Bars: scaled to the largest, nothing is nothing, little still shows, and the table says what the drawing says."""

from django.template.loader import render_to_string

from foundation.shell.charts import HEIGHT, SLIVER, Bar, BarChart, bar_table


def chart(*values, url="/there/"):
    bars = [Bar(f"11-0{day}", value, f"{value} cases", url) for day, value in enumerate(values, start=1)]
    return BarChart("asked", "Asked", str(sum(values)), bars)


def test_the_largest_fills_the_height_and_nothing_has_none():
    heights = [mark.height for mark in chart(0, 1, 1000, 500).marks]
    assert heights == [0, SLIVER, HEIGHT, HEIGHT // 2]


def test_bars_stand_on_the_ground_and_inside_the_drawing():
    drawn = chart(3, 7, 11)
    for mark in drawn.marks:
        assert mark.y + mark.height == HEIGHT
        assert 0 <= mark.left < mark.x and mark.x + mark.width <= drawn.width


def test_no_bars_and_only_zeros_are_drawn_as_nothing():
    assert chart().marks == []
    assert (chart().highest, chart(0, 0).highest, chart(2, 9, 4).highest) == ("", "", "9 cases")
    assert [mark.height for mark in chart(0, 0).marks] == [0, 0]


def test_the_table_has_every_bar_newest_first():
    rows = bar_table([chart(1, 2), chart(3, 4)])
    assert [(row.label, [bar.value for bar in row.bars]) for row in rows] == [("11-02", [2, 4]), ("11-01", [1, 3])]
    assert bar_table([]) == []


def test_every_mark_has_a_title_and_no_style():
    html = render_to_string("components/bar_chart.html", {"chart": chart(1, 0, 2)})
    assert html.count("<title>") == 3
    assert "11-03: 2 cases" in html
    assert "style" not in html and "<script" not in html


def test_labels_are_escaped():
    bars = [Bar("<b>", 1, "&", "/?a=1&b=2")]
    html = render_to_string("components/bar_chart.html", {"chart": BarChart("x", "<i>", "<u>", bars)})
    assert "<b>" not in html and "<i>" not in html and "<u>" not in html
    assert "/?a=1&amp;b=2" in html
