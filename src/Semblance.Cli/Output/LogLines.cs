using System.Globalization;
using Microsoft.Extensions.Logging;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Output;

/// <summary>What the library says of its work, a line each on standard error, from a level upwards.</summary>
internal sealed class LogLines(TextWriter writer, TimeProvider clock, LogLevel least) : ILogger
{
    private readonly Lock _gate = new();

    /// <param name="least">One of <see cref="LogWords.All"/>.</param>
    public LogLines(TextWriter writer, TimeProvider clock, string least)
        : this(writer, clock, Enum.Parse<LogLevel>(least, ignoreCase: true))
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var time = clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var line = $"{time} {Name(logLevel)}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})")}";
        lock (_gate)
            writer.WriteLine(Printable.Of(line));
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        _ => "error",
    };
}
