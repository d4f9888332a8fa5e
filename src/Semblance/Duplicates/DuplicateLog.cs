using System.Globalization;
using System.Text.Json;

namespace Semblance.Duplicates;

/// <param name="Target">Where a moved file went; the kept file for a hard link.</param>
internal sealed record DuplicateLogEntry(DuplicateAction Action, string Path, string Target, string Hash, DateTime Modified);

/// <summary>What was about to be done, one JSON line a step, on disk before the step; made with the first line.</summary>
internal sealed class DuplicateLog(string folder, DateTimeOffset now) : IDisposable
{
    private FileStream? _stream;

    public string Path { get; } = System.IO.Path.Combine(
        System.IO.Path.GetFullPath(folder),
        string.Create(CultureInfo.InvariantCulture, $"duplicates-{now:yyyyMMdd-HHmmss-fff}.jsonl"));

    public bool Used => _stream is not null;

    public void Write(DuplicateLogEntry entry)
    {
        if (_stream is null)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            _stream = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }
        using (var json = new Utf8JsonWriter(_stream))
        {
            json.WriteStartObject();
            json.WriteString("action", entry.Action.ToString().ToLowerInvariant());
            json.WriteString("path", entry.Path);
            json.WriteString("target", entry.Target);
            json.WriteString("sha256", entry.Hash);
            json.WriteString("modified", entry.Modified);
            json.WriteEndObject();
        }
        _stream.Write("\n"u8);
        _stream.Flush(flushToDisk: true);
    }

    /// <summary>All whole lines; a last line that a crash cut short stands for a step that was never taken.</summary>
    public static IReadOnlyList<DuplicateLogEntry> Read(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllText(file).Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException($"The log {file} cannot be read: {e.Message}", e);
        }
        var entries = new List<DuplicateLogEntry>();
        for (var i = 0; i < lines.Length - 1; i++)
        {
            try
            {
                using var json = JsonDocument.Parse(lines[i]);
                entries.Add(new DuplicateLogEntry(
                    Enum.Parse<DuplicateAction>(json.RootElement.GetProperty("action").GetString()!, ignoreCase: true),
                    json.RootElement.GetProperty("path").GetString()!,
                    json.RootElement.GetProperty("target").GetString()!,
                    json.RootElement.GetProperty("sha256").GetString()!,
                    json.RootElement.GetProperty("modified").GetDateTime()));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or ArgumentException or InvalidOperationException or FormatException)
            {
                throw new GalleryException($"{file}, line {i + 1} is no step of a duplicates log; nothing was undone.", e);
            }
        }
        return entries;
    }

    public void Dispose() => _stream?.Dispose();
}
