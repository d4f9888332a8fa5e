using Spectre.Console;

namespace Semblance.Cli.Output;

/// <summary>
/// Shows how far an ingest run is: a live line on a terminal, a plain line every few seconds elsewhere, nothing when silenced.
/// </summary>
internal static class ProgressView
{
    public static Task<T> RunAsync<T>(CliHost host, bool silent, Func<IProgress<IngestProgress>?, Task<T>> work)
    {
        if (silent)
            return work(null);
        return host.ErrorIsTerminal && host.Environment("TERM") != "dumb"
            ? RunLiveAsync(host, work)
            : work(new ProgressLines(host.Error, host.Clock));
    }

    private static Task<T> RunLiveAsync<T>(CliHost host, Func<IProgress<IngestProgress>?, Task<T>> work)
    {
        var console = TableView.Console(host.Error, isTerminal: true, host);
        return console.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new LiveProgress(context)));
    }

    /// <summary>One task per stage, so that the remaining time belongs to the stage that runs.</summary>
    private sealed class LiveProgress(ProgressContext context) : IProgress<IngestProgress>
    {
        private readonly Lock _gate = new();
        private string? _stage;
        private ProgressTask? _task;

        public void Report(IngestProgress value)
        {
            lock (_gate)
            {
                if (_stage != value.Stage || _task is null)
                {
                    _task?.StopTask();
                    _stage = value.Stage;
                    _task = context.AddTask(value.Stage);
                }
                _task.IsIndeterminate = value.Total == 0;
                _task.MaxValue = Math.Max(value.Total, 1);
                _task.Value = Math.Min(value.Done, _task.MaxValue);
                _task.Description = Markup.Escape(ProgressLines.Describe(value, withShare: false));
            }
        }
    }
}
