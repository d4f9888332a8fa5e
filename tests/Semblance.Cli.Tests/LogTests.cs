using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Semblance.Cli.Output;
using Xunit;

namespace Semblance.Cli.Tests;

public sealed class LogTests
{
    [Fact]
    public void Lines_have_their_level_and_lower_ones_stay_out()
    {
        using var written = new StringWriter { NewLine = "\n" };
        ILogger log = new LogLines(written, TimeProvider.System, "information");
        log.Log(LogLevel.Debug, default, "unheard", null, static (text, _) => text);
        log.Log(LogLevel.Warning, default, "line\nbreak", new IOException("disk"), static (text, _) => text);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d\d\d warning: line\\nbreak \(IOException: disk\)\n$", written.ToString());
        Assert.False(new LogLines(written, TimeProvider.System, LogLevel.None).IsEnabled(LogLevel.Critical));
    }

    [Fact]
    public void Measurements_of_our_meter_add_up_and_others_do_not_count()
    {
        using var totals = new MeterTotals();
        using var ours = new Meter(MeterTotals.MeterName);
        using var other = new Meter("Other");
        var rows = ours.CreateCounter<long>("rows.test", "rows");
        rows.Add(2);
        rows.Add(5);
        ours.CreateHistogram<double>("time.test").Record(0.25);
        other.CreateCounter<long>("foreign.test").Add(1);
        Assert.Equal(["rows.test: 7 rows in 2", "time.test: 0.25 in 1"], totals.Lines().Where(line => line.Contains(".test", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("loud")]
    [InlineData("3")]
    public async Task A_level_has_a_name(string level)
    {
        using var command = new CommandLine();
        var result = await command.RunAsync("formats", "--log", level);
        Assert.Equal(2, result.Code);
        Assert.Contains($"--log is one of trace, debug, information, warning, none, not '{level}'.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_level_also_comes_from_the_environment()
    {
        using var command = new CommandLine();
        command.Environment["SEMBLANCE_LOG"] = "debug";
        Assert.Equal(0, (await command.RunAsync("formats")).Code);
        command.Environment["SEMBLANCE_LOG"] = "loud";
        Assert.Contains("SEMBLANCE_LOG", (await command.RunAsync("formats")).Error, StringComparison.Ordinal);
    }
}
