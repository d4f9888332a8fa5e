using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Semblance.Tests;

/// <summary>Keeps what it is told: the event, its level, and its values by their names.</summary>
internal sealed class RecordingLog : ILogger
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    public IReadOnlyList<LogEntry> Of(string eventName) => [.. _entries.Where(entry => entry.Event.Name == eventName)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue(new(eventId, logLevel, (state as IEnumerable<KeyValuePair<string, object?>> ?? []).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal), formatter(state, exception), exception));
}

internal sealed record LogEntry(EventId Event, LogLevel Level, IReadOnlyDictionary<string, object?> Values, string Text, Exception? Exception);
