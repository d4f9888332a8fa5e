namespace Semblance.Imaging.Second;

/// <summary>
/// The running decoder programs: started when a file needs one, given to one file at a time, kept for the next, ended when
/// idle. No more than the processor has cores; who comes then waits. Thread-safe.
/// </summary>
/// <param name="find">Where the program is, or why there is none.</param>
internal sealed class DecoderPool(DecoderLimits limits, Func<(DecoderProgram? Program, string Problem)> find) : IDisposable
{
    /// <summary>A program that would not start so often in a row is not asked again in this process.</summary>
    private const int MostFailedStarts = 2;

    private readonly Stack<DecoderProcess> _idle = new();
    private readonly SemaphoreSlim _places = new(limits.Processes);
    private readonly Lock _lock = new();
    private readonly HashSet<int> _running = [];
    private Timer? _sweep;
    private int _failedStarts;
    private DecoderProblem _problem;

    internal static DecoderPool Shared { get; } = new(new DecoderLimits(), DecoderProgram.Find);

    internal DecoderLimits Limits => limits;

    /// <summary>Identifiers of the processes that are there now.</summary>
    internal IReadOnlyCollection<int> Running
    {
        get
        {
            lock (_lock)
                return [.. _running];
        }
    }

    /// <summary>What the program and its library can do, or why there is none; starts one if none runs.</summary>
    internal (DecoderGreeting? Greeting, string Problem) Ask()
    {
        var (process, problem) = Take();
        if (process is null)
            return (null, problem.Text);
        Return(process);
        return (process.Greeting, "");
    }

    /// <summary>
    /// Decodes one file. A process that is lost on it is replaced and the file tried once more, since something else may
    /// have ended the process; a file on which it is lost twice has ended it itself.
    /// </summary>
    internal (DecoderAnswer? Answer, byte[] Pixels, DecodeFailure? Failure) Decode(DecoderRequest request, ReadOnlySpan<byte> file)
    {
        for (var last = false; ; last = true)
        {
            var (process, problem) = Take();
            if (process is null)
                return (null, [], problem.For(request.Format));
            var (answer, pixels, end) = process.Decode(request, file, limits.Time);
            if (answer is { Outcome: DecoderOutcome.NoTemporary } && !last)
            {
                // Its folder may have been cleaned away; the next process makes one of its own.
                Drop(process);
                continue;
            }
            if (answer is not null)
            {
                Return(process);
                if (answer.Outcome == DecoderOutcome.NoTemporary)
                    return (null, [], DecoderProblem.OfTemporary(process.TemporaryParent, answer.Message).For(request.Format));
                return (answer, pixels, null);
            }
            Drop(process);
            if (end == DecoderEnd.OutOfTime)
                return (null, [], new DecodeFailure(DecodeFailureReason.TooSlow, $"Decoding took longer than {limits.Time.TotalSeconds:0.##} seconds and was stopped; open the picture in another program and save it again."));
            if (end == DecoderEnd.OutOfMemory)
                return (null, [], new DecodeFailure(DecodeFailureReason.TooLarge, $"Decoding took more than {request.MostMemory >> 20} MB of memory and was stopped; save the picture smaller, or raise the limit of megapixels, which this one follows."));
            if (last)
                return (null, [], new DecodeFailure(DecodeFailureReason.Broken, $"The decoder program ended on this {request.Format.ToUpperInvariant()} data, which is likely damaged; open it in another program and save it again."));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _sweep?.Dispose();
            while (_idle.TryPop(out var process))
                process.Dispose();
            _running.Clear();
        }
    }

    private (DecoderProcess? Process, DecoderProblem Problem) Take()
    {
        _places.Wait();
        lock (_lock)
        {
            while (_idle.TryPop(out var idle))
            {
                if (idle.IsAlive)
                    return (idle, default);
                _running.Remove(idle.Id);
                idle.Dispose();
            }
            if (_failedStarts >= MostFailedStarts)
            {
                _places.Release();
                return (null, _problem);
            }
        }
        var (program, missing) = find();
        var problem = new DecoderProblem(missing);
        var started = default(DecoderProcess);
        if (program is not null)
            (started, problem) = DecoderProcess.Start(program);
        lock (_lock)
        {
            if (started is not null)
            {
                _failedStarts = 0;
                _running.Add(started.Id);
                return (started, default);
            }
            if (!problem.IsPassing)
                _failedStarts++;
            _problem = problem;
        }
        _places.Release();
        return (null, problem);
    }

    private void Return(DecoderProcess process)
    {
        lock (_lock)
        {
            _idle.Push(process);
            _sweep ??= new Timer(_ => Sweep(), null, limits.Idle, limits.Idle);
        }
        _places.Release();
    }

    private void Drop(DecoderProcess process)
    {
        lock (_lock)
            _running.Remove(process.Id);
        process.Dispose();
        _places.Release();
    }

    private void Sweep()
    {
        lock (_lock)
        {
            var oldest = Environment.TickCount64 - (long)limits.Idle.TotalMilliseconds;
            var kept = _idle.Where(process => process.LastUsed > oldest).Reverse().ToList();
            foreach (var process in _idle.Except(kept))
            {
                _running.Remove(process.Id);
                process.Dispose();
            }
            _idle.Clear();
            foreach (var process in kept)
                _idle.Push(process);
        }
    }
}
