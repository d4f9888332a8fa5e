using System.Globalization;
using System.Text;
using Semblance.Evaluation.Reports;

namespace Semblance.Evaluating;

/// <summary>The labels of pictures: names of their folders, or a CSV file's.</summary>
internal sealed class LabelTable
{
    private readonly Dictionary<string, string[]>? _byPath;
    private readonly Dictionary<long, string[]>? _byId;

    private LabelTable(string source, Dictionary<string, string[]>? byPath, Dictionary<long, string[]>? byId)
    {
        Source = source;
        _byPath = byPath;
        _byId = byId;
    }

    /// <summary>For messages.</summary>
    public string Source { get; }

    /// <param name="labels"><c>folder</c> or a CSV file.</param>
    /// <param name="folders">Where relative paths may start, besides the file's own folder.</param>
    /// <exception cref="GalleryException">The file cannot be read; the message names line and field.</exception>
    public static LabelTable Open(string labels, IReadOnlyList<string> folders)
    {
        if (labels == "folder")
            return new LabelTable("the folder names", null, null);
        try
        {
            using var reader = new StreamReader(labels, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return Read(reader, labels, folders);
        }
        catch (FormatException e)
        {
            throw new GalleryException($"{labels}, {e.Message}.", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new GalleryException($"{labels} is not UTF-8 text; save it as CSV in UTF-8.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException($"The file of labels {labels} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Null where the picture has no label.</summary>
    public string[]? Of(GalleryItem item) => _byId is null ? OfFile(item.Path) : _byId.GetValueOrDefault(item.Id);

    /// <summary>The label of a file that is not in the gallery; null where it has none.</summary>
    public string[]? OfFile(string path)
    {
        if (_byPath is not null)
            return _byPath.GetValueOrDefault(path);
        var folder = Path.GetFileName(Path.GetDirectoryName(path));
        // A table of ids says nothing of files outside the gallery; their folders do.
        return string.IsNullOrEmpty(folder) ? null : [folder];
    }

    private static LabelTable Read(TextReader reader, string file, IReadOnlyList<string> folders)
    {
        string[] bases = [Path.GetDirectoryName(Path.GetFullPath(file))!, .. folders.Select(Path.GetFullPath)];
        Dictionary<string, string[]>? byPath = null;
        Dictionary<long, string[]>? byId = null;
        foreach (var (line, fields) in DelimitedText.ReadCsv(reader))
        {
            if (byPath is null && byId is null)
            {
                var header = string.Join(',', fields.Select(field => field.Trim().ToLowerInvariant()));
                if (header == "path,label")
                    byPath = new Dictionary<string, string[]>(StringComparer.Ordinal);
                else if (header == "id,label")
                    byId = [];
                else
                    throw new FormatException($"line {line}: the header must be path,label or id,label and is \"{string.Join(',', fields)}\"");
                continue;
            }
            if (fields.Length != 2)
                throw new FormatException($"line {line}: {fields.Length} fields where 2 were expected (put a path with a comma in quotes)");
            var labels = fields[1].Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToArray();
            if (labels.Length == 0)
                throw new FormatException($"line {line}, field label: it is empty");
            if (byId is not null)
            {
                if (!long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                    throw new FormatException($"line {line}, field id: \"{fields[0]}\" is not a number");
                if (!byId.TryAdd(id, labels))
                    throw new FormatException($"line {line}, field id: {id} has a label already; join several labels by |");
                continue;
            }
            if (fields[0].Length == 0)
                throw new FormatException($"line {line}, field path: it is empty");
            var path = bases.Select(folder => Path.GetFullPath(fields[0], folder)).FirstOrDefault(File.Exists) ?? Path.GetFullPath(fields[0], bases[0]);
            if (!byPath!.TryAdd(path, labels))
                throw new FormatException($"line {line}, field path: \"{fields[0]}\" has a label already; join several labels by |");
        }
        if (byPath is null && byId is null)
            throw new FormatException("line 1: the file is empty; it starts with path,label or id,label");
        return new LabelTable(file, byPath, byId);
    }
}
