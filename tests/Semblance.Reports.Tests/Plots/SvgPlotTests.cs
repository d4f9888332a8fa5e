using System.Globalization;
using System.Xml.Linq;
using Semblance.Reports.Plots;
using Xunit;

namespace Semblance.Reports.Tests.Plots;

/// <summary>What is drawn is read back from the drawing: where points lie follows from the scale by hand.</summary>
public sealed class SvgPlotTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_linear_axis_has_its_middle_in_the_middle()
    {
        var circles = Circles(Draw(new PlotAxis("x") { Least = 0, Most = 10 }, new PlotAxis("y") { Least = 0, Most = 4 }, new(0, 0), new(5, 2), new(10, 4)));
        Assert.Equal((circles[0].X + circles[2].X) / 2, circles[1].X, 0.11);
        Assert.Equal((circles[0].Y + circles[2].Y) / 2, circles[1].Y, 0.11);
        // Up is more.
        Assert.True(circles[2].Y < circles[0].Y && circles[2].X > circles[0].X);
    }

    [Fact]
    public void A_logarithmic_axis_has_ten_between_one_and_a_hundred()
    {
        var circles = Circles(Draw(new PlotAxis("x", PlotScale.Logarithmic), new PlotAxis("y"), new(1, 0), new(10, 1), new(100, 2)));
        Assert.Equal((circles[0].X + circles[2].X) / 2, circles[1].X, 0.11);
    }

    [Fact]
    public void Nines_are_equally_far_apart_and_above_the_last_all_is_one()
    {
        var circles = Circles(Draw(new PlotAxis("x", PlotScale.Nines) { Least = 0.9, Most = 0.999 }, new PlotAxis("y"), new(0.9, 0), new(0.99, 1), new(0.999, 2), new(1, 3)));
        Assert.Equal((circles[0].X + circles[2].X) / 2, circles[1].X, 0.11);
        Assert.Equal(circles[2].X, circles[3].X);
    }

    [Fact]
    public void What_an_axis_cannot_show_breaks_the_line_and_nothing_else()
    {
        var drawing = Draw(new PlotAxis("x"), new PlotAxis("y", PlotScale.Logarithmic), new(0, 1), new(1, 10), new(2, 0), new(3, double.NaN), new(4, 100));
        Assert.Equal(3, Circles(drawing).Count);
        Assert.Equal(2, drawing.Descendants(s_svg + "polyline").Count());
        Assert.DoesNotContain("NaN", drawing.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 10, "0 2 4 6 8 10")]
    [InlineData(0.13, 0.58, "0.1 0.2 0.3 0.4 0.5 0.6")]
    [InlineData(-3, 44, "-10 0 10 20 30 40 50")]
    [InlineData(7, 7, "7 8 9 10 11 12 13 14")]
    public void Marked_numbers_are_round_and_hold_the_data(double least, double most, string expected)
    {
        var scale = new AxisScale(new PlotAxis("x"), [least, most]);
        var ticks = scale.Ticks.Select(scale.Text).ToArray();
        Assert.True(scale.Ticks[0] <= least && scale.Ticks[^1] >= most);
        if (least < most)
            Assert.Equal(expected, string.Join(' ', ticks));
        Assert.InRange(ticks.Length, 2, 12);
    }

    [Fact]
    public void Few_decades_show_the_numbers_between_and_many_do_not()
    {
        Assert.Equal([1, 2, 5, 10, 20, 50, 100], new AxisScale(new PlotAxis("x", PlotScale.Logarithmic), [1, 70]).Ticks);
        Assert.Equal([0.001, 0.01, 0.1, 1, 10, 100, 1000], new AxisScale(new PlotAxis("x", PlotScale.Logarithmic), [0.0011, 900]).Ticks, (a, b) => Math.Abs(a - b) < 1e-12 * Math.Abs(a));
    }

    [Fact]
    public void Bars_stand_on_the_foot_and_touch_when_they_are_as_wide_as_their_distance()
    {
        var plot = new Plot { Label = "l", X = new PlotAxis("x"), Y = new PlotAxis("y"), Series = [new PlotSeries("s", [new(0.5, 4), new(1.5, 2)]) { Marks = PlotMarks.Bars, BarWidth = 1 }] };
        var bars = XElement.Parse(SvgPlot.Draw(plot)).Descendants(s_svg + "rect").Where(rect => (string?)rect.Attribute("class") == "bar").ToArray();
        Assert.Equal(2, bars.Length);
        Assert.Equal(Number(bars[0], "x") + Number(bars[0], "width"), Number(bars[1], "x"), 0.11);
        Assert.Equal(Number(bars[0], "y") + Number(bars[0], "height"), Number(bars[1], "y") + Number(bars[1], "height"), 0.11);
        Assert.Equal(Number(bars[0], "height"), 2 * Number(bars[1], "height"), 0.21);
    }

    [Fact]
    public void Several_series_are_named_below_and_differ_without_colour()
    {
        var series = Enumerable.Range(0, 30).Select(i => new PlotSeries($"a name of some length {i}", [new(0, i), new(1, i)]) { IsDashed = i == 1 }).ToArray();
        var plot = new Plot { Label = "l", X = new PlotAxis("x"), Y = new PlotAxis("y"), Series = series };
        var drawing = XElement.Parse(SvgPlot.Draw(plot));
        var names = drawing.Elements(s_svg + "text").Where(text => (string?)text.Attribute("class") == "name").ToArray();
        Assert.Equal(series.Select(one => one.Name), names.Select(name => name.Value));
        Assert.True(names.Select(name => Number(name, "y")).Distinct().Count() > 1);
        var height = double.Parse(((string)drawing.Attribute("viewBox")!).Split(' ')[3], CultureInfo.InvariantCulture);
        Assert.All(names, name => Assert.True(Number(name, "x") < plot.Width && Number(name, "y") < height));
        Assert.Contains(drawing.Descendants(s_svg + "g"), group => ((string)group.Attribute("class")!).Contains("dashed", StringComparison.Ordinal));
        // Neighbours in the list have other marks.
        Assert.Equal(4, drawing.Elements(s_svg + "g").Take(4).Select(group => group.Elements().Last(mark => mark.Name != s_svg + "polyline")).Select(mark => mark.Name.LocalName + ((string?)mark.Attribute("d"))?.Length).Distinct().Count());
    }

    [Fact]
    public void Names_cannot_break_out_of_the_drawing_and_equal_plots_are_equal_bytes()
    {
        var plot = new Plot { Label = "a \"b\" <c>", X = new PlotAxis("<x>"), Y = new PlotAxis("y & z"), Series = [new PlotSeries("</svg>", [new(1, 2, "<script>")]), new PlotSeries("&", [new(1, 2)])] };
        var drawing = XElement.Parse(SvgPlot.Draw(plot));
        Assert.Equal("a \"b\" <c>", (string?)drawing.Attribute("aria-label"));
        Assert.Contains("<script>", drawing.Descendants(s_svg + "title").Select(title => title.Value));
        Assert.DoesNotContain(drawing.Descendants(), element => element.Name.LocalName == "script");
        Assert.Equal(SvgPlot.Draw(plot), SvgPlot.Draw(plot with { }));
    }

    [Fact]
    public void Nothing_to_draw_is_an_empty_frame()
    {
        var drawing = SvgPlot.Draw(new Plot { Label = "l", X = new PlotAxis("x", PlotScale.Logarithmic), Y = new PlotAxis("y"), Series = [] });
        Assert.DoesNotContain("NaN", drawing, StringComparison.Ordinal);
        Assert.NotEmpty(XElement.Parse(drawing).Descendants(s_svg + "text"));
    }

    private static XElement Draw(PlotAxis x, PlotAxis y, params PlotPoint[] points) =>
        XElement.Parse(SvgPlot.Draw(new Plot { Label = "l", X = x, Y = y, Series = [new PlotSeries("s", points)] }));

    private static List<(double X, double Y)> Circles(XElement drawing) => [.. drawing.Descendants(s_svg + "circle").Select(circle => (Number(circle, "cx"), Number(circle, "cy")))];

    private static double Number(XElement element, string name) => double.Parse((string)element.Attribute(name)!, CultureInfo.InvariantCulture);
}
