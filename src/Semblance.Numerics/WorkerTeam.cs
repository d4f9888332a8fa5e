using System.Runtime.ExceptionServices;

namespace Semblance.Numerics;

/// <summary>
/// A fixed number of threads that share out the parts of one job at a time: the caller's and, between jobs, waiting ones that
/// spin for some microseconds and then block, so that short jobs in a row cost little and a busy machine is left alone.
/// </summary>
/// <remarks>
/// Which thread does which part is decided by who is free; a job whose result depends only on the part's number is therefore
/// deterministic. One job at a time; a job must not start another on the same team.
/// </remarks>
public sealed class WorkerTeam : IDisposable
{
    // Long enough to bridge the gap between two layers, short enough to be no burden: about 20 microseconds.
    private const int SpinsBeforeBlocking = 400;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Lock _turn = new();
    private volatile Job? _job;
    private int _blocked;
    private volatile bool _stopped;
    private int _jobs;

    [ThreadStatic]
    private static WorkerTeam? s_team;

    /// <param name="threads">How many threads work, the caller's included.</param>
    public WorkerTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        _threads = new Thread[threads - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"worker {i + 1}" };
            _threads[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Calls <paramref name="part"/> once with each of 0 … <paramref name="parts"/> − 1 and returns when all have returned.</summary>
    /// <exception cref="AggregateException">Several parts failed; the failure of a single one is thrown as it is. The others ran.</exception>
    public void Run(int parts, Action<int> part)
    {
        if (parts <= 1 || Threads == 1)
        {
            for (var i = 0; i < parts; i++)
                part(i);
            return;
        }
        if (ReferenceEquals(s_team, this) || _turn.IsHeldByCurrentThread)
            throw new InvalidOperationException("A part of a job cannot start another job on the same team.");
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            var job = new Job(++_jobs, parts, part);
            _job = job;
            // Whoever is woken is no longer counted, so that no permit is left over.
            var asleep = Interlocked.Exchange(ref _blocked, 0);
            if (asleep > 0)
                _wake.Release(asleep);
            job.TakeParts();
            job.WaitUntilDone();
            _job = null;
            job.ThrowIfFailed();
        }
    }

    public void Dispose()
    {
        lock (_turn)
        {
            if (_stopped)
                return;
            _stopped = true;
        }
        _wake.Release(Threads);
        foreach (var thread in _threads)
            thread.Join();
        _wake.Dispose();
    }

    private void Work()
    {
        s_team = this;
        // A number, not the job: that would keep alive what its parts refer to.
        var last = 0;
        var spins = 0;
        while (!_stopped)
        {
            if (_job is { } job && job.Number != last)
            {
                last = job.Number;
                spins = 0;
                job.TakeParts();
            }
            else if (spins < SpinsBeforeBlocking)
            {
                spins++;
                Thread.SpinWait(16);
            }
            else
            {
                WaitForJob(last);
                spins = 0;
            }
        }
    }

    private void WaitForJob(int last)
    {
        // Counted before looking again: whoever sets a job from now on sees a sleeper and wakes it.
        Interlocked.Increment(ref _blocked);
        if (!_stopped && (_job is not { } job || job.Number == last))
        {
            _wake.Wait();
            return;
        }
        for (var blocked = Volatile.Read(ref _blocked); blocked > 0; blocked = Volatile.Read(ref _blocked))
        {
            if (Interlocked.CompareExchange(ref _blocked, blocked - 1, blocked) == blocked)
                return;
        }
        // Too late to be taken off: a permit is on its way.
        _wake.Wait();
    }

    private sealed class Job(int number, int parts, Action<int> part)
    {
        private const int SpinsBeforeSleeping = 4000;

        public int Number => number;

        private readonly object _gate = new();
        private int _next = -1;
        private int _done;
        private List<Exception>? _failures;
        private volatile bool _sleeping;

        public void TakeParts()
        {
            for (var i = Interlocked.Increment(ref _next); i < parts; i = Interlocked.Increment(ref _next))
            {
                try
                {
                    part(i);
                }
                catch (Exception failure)
                {
                    lock (_gate)
                        (_failures ??= []).Add(failure);
                }
                if (Interlocked.Increment(ref _done) == parts && _sleeping)
                {
                    lock (_gate)
                        Monitor.PulseAll(_gate);
                }
            }
        }

        public void WaitUntilDone()
        {
            for (var spins = 0; Volatile.Read(ref _done) < parts; spins++)
            {
                if (spins < SpinsBeforeSleeping)
                {
                    Thread.SpinWait(16);
                    continue;
                }
                // A part's thread has lost its core: sleep rather than keep it from coming back.
                lock (_gate)
                {
                    _sleeping = true;
                    Interlocked.MemoryBarrier();
                    while (Volatile.Read(ref _done) < parts)
                        Monitor.Wait(_gate);
                }
            }
        }

        public void ThrowIfFailed()
        {
            if (_failures is [var only])
                ExceptionDispatchInfo.Throw(only);
            if (_failures is not null)
                throw new AggregateException(_failures);
        }
    }
}
