using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_part_is_done_once_in_job_after_job(int threads)
    {
        using var team = new WorkerTeam(threads);
        for (var job = 0; job < 2000; job++)
        {
            var parts = job % 9;
            var counts = new int[parts];
            team.Run(parts, part => Interlocked.Increment(ref counts[part]));
            Assert.All(counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Threads_that_went_to_sleep_wake_up_for_the_next_job()
    {
        using var team = new WorkerTeam(3);
        for (var job = 0; job < 5; job++)
        {
            Thread.Sleep(30);
            var threads = new HashSet<int>();
            using var together = new Barrier(3);
            team.Run(3, _ =>
            {
                // Passes only if three threads work at once.
                Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(20)));
                lock (threads)
                    threads.Add(Environment.CurrentManagedThreadId);
            });
            Assert.Equal(3, threads.Count);
        }
    }

    [Fact]
    public void A_failing_part_surfaces_and_the_team_works_on()
    {
        using var team = new WorkerTeam(2);
        var done = 0;
        var failure = Assert.Throws<InvalidOperationException>(() => team.Run(8, part =>
        {
            if (part == 3)
                throw new InvalidOperationException("part 3");
            Interlocked.Increment(ref done);
        }));
        Assert.Equal("part 3", failure.Message);
        Assert.Equal(7, done);
        team.Run(4, _ => Interlocked.Increment(ref done));
        Assert.Equal(11, done);
    }

    [Fact]
    public void Several_failures_come_together()
    {
        using var team = new WorkerTeam(2);
        var failure = Assert.Throws<AggregateException>(() => team.Run(4, part => throw new InvalidOperationException($"part {part}")));
        Assert.Equal(4, failure.InnerExceptions.Count);
    }

    [Fact]
    public void Callers_on_several_threads_take_turns()
    {
        using var team = new WorkerTeam(2);
        var done = 0;
        Parallel.For(0, 200, _ => team.Run(5, _ => Interlocked.Increment(ref done)));
        Assert.Equal(1000, done);
    }

    [Fact]
    public void A_disposed_team_refuses_work()
    {
        var team = new WorkerTeam(2);
        team.Dispose();
        Assert.Throws<ObjectDisposedException>(() => team.Run(2, _ => { }));
    }

    [Fact]
    public void A_job_inside_a_job_is_an_error_and_no_deadlock()
    {
        using var team = new WorkerTeam(2);
        Assert.ThrowsAny<Exception>(() => team.Run(4, _ => team.Run(2, _ => { })));
        var done = 0;
        team.Run(4, _ => Interlocked.Increment(ref done));
        Assert.Equal(4, done);
    }
}
