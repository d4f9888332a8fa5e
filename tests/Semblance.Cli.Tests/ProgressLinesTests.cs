using Semblance.Cli.Output;
using Xunit;

namespace Semblance.Cli.Tests;

public sealed class ProgressLinesTests
{
    [Fact]
    public void A_line_every_few_seconds_with_rate_and_time_left()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var clock = new Clock();
        var progress = new ProgressLines(writer, clock);
        progress.Report(new IngestProgress("scan", 100, 0, 0, 0));
        clock.Seconds = 4;
        progress.Report(new IngestProgress("scan", 5000, 0, 0, 0));
        clock.Seconds = 5;
        progress.Report(new IngestProgress("embed", 10, 9144, 0, 400));
        clock.Seconds = 8;
        progress.Report(new IngestProgress("embed", 1200, 9144, 2, 410));
        Assert.Equal("scan: 5,000\nembed: 1,200 of 9,144 (13 %), 410 pictures/s, 19 s left, 2 failed\n", writer.ToString());
    }

    [Fact]
    public void The_first_pictures_say_nothing_of_the_time_left()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var clock = new Clock();
        var progress = new ProgressLines(writer, clock);
        clock.Seconds = 3;
        progress.Report(new IngestProgress("embed", 1, 3370, 0, 0.3));
        Assert.Equal("embed: 1 of 3,370 (0 %)\n", writer.ToString());
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
