using Microsoft.Extensions.Logging;
using Semblance.Measuring;

namespace Semblance.Spaces;

/// <summary>
/// Looks after the index of a space on a thread of low priority, in processes that live long: brings what searches touch of an opened
/// file into memory, checks the file, and builds a fresh index when that is worth it. Searches go on meanwhile. What fails is reported
/// and tried again later; the index in use stays.
/// </summary>
internal sealed class IndexUpkeep : IDisposable
{
    /// <summary>One thread, whatever the machine has: the others belong to the searches.</summary>
    private const int BuildThreads = 1;

    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(5); // While another process builds.
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromHours(1);

    private readonly ISpaceSearch _index;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _changed = new(0);
    private readonly Thread _thread;
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IndexUpkeep(ISpaceSearch index, ILogger log)
    {
        _index = index;
        _log = log;
        _thread = new Thread(Run) { IsBackground = true, Name = "index upkeep" };
        _thread.Start();
    }

    /// <summary>Ends when the first look is done, for tests.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Rows have changed: it may be worth looking.</summary>
    public void Wake()
    {
        if (_changed.CurrentCount == 0)
            _changed.Release();
    }

    /// <summary>Asks the thread to end and does not wait.</summary>
    public void Cancel() => _stop.Cancel();

    /// <summary>Ends the thread and waits for that: a build stops within moments, a save that is being written ends first.</summary>
    public void Dispose()
    {
        Cancel();
        _thread.Join();
        _stop.Dispose();
        _changed.Dispose();
    }

    private void Run()
    {
        LowPriority.Enter();
        var isChecked = false;
        var retry = s_firstRetry;
        try
        {
            while (true)
            {
                var wait = Timeout.InfiniteTimeSpan;
                try
                {
                    if (!isChecked)
                    {
                        _index.Warm();
                        _index.DropIfDamaged(_stop.Token);
                        isChecked = true;
                    }
                    if (!_index.BuildIfWorthIt(BuildThreads, _stop.Token))
                        wait = s_lookAgain;
                    retry = s_firstRetry;
                }
                catch (Exception e) when (!_stop.IsCancellationRequested)
                {
                    // Whatever it is, a thread that nobody waits for must not take the process with it.
                    _log.UpkeepFailed(_index.Space.Name, retry.TotalMinutes, e);
                    wait = retry;
                    retry = retry * 2 < s_longestRetry ? retry * 2 : s_longestRetry;
                }
                _settled.TrySetResult();
                if (wait == Timeout.InfiniteTimeSpan)
                    _changed.Wait(_stop.Token);
                else
                    _stop.Token.WaitHandle.WaitOne(wait);
                _stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Asked to end; what was being built is gone, and what it was to replace stays.
        }
        finally
        {
            _settled.TrySetResult();
        }
    }
}
