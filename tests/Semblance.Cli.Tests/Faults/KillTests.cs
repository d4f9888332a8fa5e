using System.Diagnostics;
using Xunit;

namespace Semblance.Cli.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class KillTests
{
    private const int Kills = 50;

    /// <summary>Of one gallery, after all its pictures are committed: then only the derived parts are at stake.</summary>
    private const int KillsWhenComplete = 4;

    /// <summary>Above the 300 from which a projection is fitted, so that kills fall into fitting and saving as well.</summary>
    private const int Count = 320;

    [Fact]
    public async Task Fifty_kills_of_index_lose_double_and_halve_nothing_and_search_works_after_each()
    {
        using var bench = new FaultBench();
        var files = bench.WritePictures(Count, 760, 570);
        var model = TinyNetwork.Write(Path.Combine(bench.Home, "models", "tiny"), 0.1f);
        Assert.True(Directory.Exists(model));
        string[] index = ["index", bench.Pictures, "--model", "tiny", "--threads", "1"];

        var clock = Stopwatch.StartNew();
        bench.Gallery = bench["uninterrupted"];
        await bench.OutputOfAsync(index);
        var whole = clock.Elapsed.TotalMilliseconds;
        var expectedRows = bench.Rows();
        var expectedAnswer = await bench.SearchAsync(files[7], k: 10);
        Assert.Equal(files.Order(StringComparer.Ordinal), expectedRows.Keys);

        var random = new Random(2024);
        var killed = 0;
        var empty = 0;
        var partial = 0;
        var complete = 0;
        var finished = 0;
        for (var gallery = 0; killed < Kills; gallery++)
        {
            bench.Gallery = bench["gallery" + gallery];
            var committed = 0;
            var late = 0;
            while (killed < Kills)
            {
                // Mostly early in a process, so that many kills fall into one gallery on its way from empty to indexed, the last of
                // them into the fitting of the projection and the saving of the index file; every fifth anywhere in a whole run.
                var moment = random.NextDouble() * whole * (killed % 5 == 4 ? 1 : 0.4);
                using var run = bench.Start(index);
                await Task.Delay(TimeSpan.FromMilliseconds(moment), TestContext.Current.CancellationToken);
                run.Kill();
                var ended = await run.EndAsync();
                if (ended.Code == 0)
                    break;
                Assert.Equal(137, ended.Code);
                killed++;

                var answer = await bench.RunAsync("search", files[7], "-k", "10", "--format", "json");
                FaultBench.AssertNoTrace(answer);
                if (answer.Code == 0)
                {
                    var rows = bench.Rows();
                    Assert.True(rows.Count >= committed, "A committed picture is gone.");
                    committed = rows.Count;
                    Assert.All(rows, row => Assert.Equal(expectedRows[row.Key], row.Value));
                    var hits = FaultBench.Hits(answer.Output);
                    Assert.Equal(Math.Min(10, committed), hits.Length);
                    Assert.All(hits, hit => Assert.Contains(hit.Path, rows.Keys));
                    if (rows.ContainsKey(files[7]))
                        Assert.Equal(files[7], hits[0].Path);
                    partial += committed is > 0 and < Count ? 1 : 0;
                }
                else
                {
                    Assert.Equal(2, answer.Code);
                    Assert.True(answer.Error.Contains("holds no pictures yet", StringComparison.Ordinal) || answer.Error.Contains("There is no gallery in", StringComparison.Ordinal), answer.Error);
                    Assert.Equal(0, committed);
                }
                empty += committed == 0 ? 1 : 0;
                complete += committed == Count ? 1 : 0;
                late += committed == Count ? 1 : 0;
                if (late == KillsWhenComplete)
                    break;
            }

            await bench.OutputOfAsync(index);
            Assert.Equal(expectedRows, bench.Rows());
            await bench.OutputOfAsync("verify");
            var final = await bench.SearchAsync(files[7], k: 10);
            Assert.Equal(expectedAnswer.Select(hit => hit.Path), final.Select(hit => hit.Path));
            // The order of the rows differs, and with it the last bits of the fitted projection.
            Assert.All(final.Zip(expectedAnswer), pair => Assert.Equal(pair.Second.Score, pair.First.Score, 0.002));
            finished++;
        }
        TestContext.Current.SendDiagnosticMessage($"{killed} kills in {finished} galleries; a whole run takes {whole:0} ms; {empty} found nothing committed, {partial} a part, {complete} all.");
        // A seed or a machine that never hits a run half-way would prove nothing.
        Assert.True(partial >= 5 && complete >= 1, $"{partial} kills found a part of the pictures committed, {empty} none and {complete} all.");
    }
}
