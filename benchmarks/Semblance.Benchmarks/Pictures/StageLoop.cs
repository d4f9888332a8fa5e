using System.Diagnostics;

namespace Semblance.Benchmarks.Pictures;

/// <summary>One stage alone over many pictures: its wall time and its processor time, which waiting and other programs do not touch.</summary>
internal readonly record struct StageTime(double WallSeconds, double ProcessorSeconds, int Count)
{
    public double PerSecond => Count / WallSeconds;

    public double ProcessorMilliseconds => ProcessorSeconds * 1e3 / Count;
}

/// <summary>Runs a stage over numbers 0 … count − 1 on a fixed number of threads, as the ingest's workers share their list.</summary>
internal static class StageLoop
{
    public static StageTime Run(int count, int threads, Action<int> work)
    {
        var next = -1;
        Exception? failure = null;
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var workers = new Thread[threads];
        for (var t = 0; t < threads; t++)
        {
            workers[t] = new Thread(() =>
            {
                try
                {
                    for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                        work(i);
                }
                catch (Exception e)
                {
                    failure = e;
                }
            });
            workers[t].Start();
        }
        foreach (var worker in workers)
            worker.Join();
        watch.Stop();
        if (failure is not null)
            throw new InvalidOperationException($"A stage failed: {failure.Message}", failure);
        self.Refresh();
        return new(watch.Elapsed.TotalSeconds, (self.TotalProcessorTime - before).TotalSeconds, count);
    }
}
