using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Semblance.Evaluation.Reports;
using Semblance.Imaging;
using Semblance.Numerics;

namespace Semblance.Exporting;

/// <summary>One picture as the exports show it.</summary>
internal sealed record ExportRow(GalleryItem Item, IReadOnlyList<string> Tags)
{
    /// <summary>Paths of the files that belong to it.</summary>
    public IReadOnlyList<string> Sidecars { get; init; } = [];
}

/// <summary>
/// Writes a gallery's pictures and vectors in forms that other programs read. Rows are streamed; text is UTF-8 without a mark.
/// </summary>
internal static class GalleryExport
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] s_columns =
        ["id", "path", "label", "tags", "format", "width", "height", "bytes", "modified", "taken", "camera", "sha256", "phash", "dhash",
            "lens", "iso", "exposure", "aperture", "focal_length", "latitude", "longitude", "altitude", "rating", "description", "sidecars"];

    /// <summary>One path a line, or closed by a NUL character (for <c>xargs -0</c>), which holds any path.</summary>
    /// <returns>Paths that were left out because a line break in them would make them look like two; none with <paramref name="nul"/>.</returns>
    public static IReadOnlyList<string> Paths(IEnumerable<GalleryItem> items, TextWriter writer, bool nul = false)
    {
        var leftOut = new List<string>();
        foreach (var item in items)
        {
            if (!nul && item.Path.AsSpan().ContainsAny('\n', '\r'))
            {
                leftOut.Add(item.Path);
                continue;
            }
            writer.Write(item.Path);
            writer.Write(nul ? '\0' : '\n');
        }
        return leftOut;
    }

    /// <summary>One array of objects, a picture a line.</summary>
    public static void Json(IEnumerable<ExportRow> rows, Stream stream)
    {
        stream.Write("["u8);
        var first = true;
        foreach (var row in rows)
        {
            stream.Write(first ? "\n"u8 : ",\n"u8);
            WriteJson(row, stream);
            first = false;
        }
        stream.Write("\n]\n"u8);
    }

    /// <summary>One object a line.</summary>
    public static void JsonLines(IEnumerable<ExportRow> rows, Stream stream)
    {
        foreach (var row in rows)
        {
            WriteJson(row, stream);
            stream.Write("\n"u8);
        }
    }

    /// <summary>RFC 4180 with a header: lines end in CR LF; fields with commas, quotes or line breaks are quoted. Tags and sidecars are joined by <c>|</c>.</summary>
    public static void Csv(IEnumerable<ExportRow> rows, TextWriter writer)
    {
        DelimitedText.WriteCsvLine(writer, s_columns);
        foreach (var row in rows)
            DelimitedText.WriteCsvLine(writer, Fields(row));
    }

    /// <summary>NumPy's format version 1.0: little-endian float32 <c>[n, d]</c> in C order.</summary>
    public static void Npy(Matrix vectors, Stream stream)
    {
        WriteNpyHeader(stream, "<f4", string.Create(CultureInfo.InvariantCulture, $"({vectors.Rows}, {vectors.Columns})"));
        if (BitConverter.IsLittleEndian)
        {
            for (var row = 0; row < vectors.Rows; row++)
                stream.Write(MemoryMarshal.AsBytes(vectors.Row(row)));
            return;
        }
        Span<byte> number = stackalloc byte[sizeof(float)];
        foreach (var x in vectors.Span)
        {
            BinaryPrimitives.WriteSingleLittleEndian(number, x);
            stream.Write(number);
        }
    }

    /// <summary>NumPy's format version 1.0: little-endian int64 <c>[n]</c>, the item id of each row of <see cref="Npy"/>.</summary>
    public static void NpyIds(ReadOnlySpan<long> ids, Stream stream)
    {
        WriteNpyHeader(stream, "<i8", string.Create(CultureInfo.InvariantCulture, $"({ids.Length},)"));
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var id in ids)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, id);
            stream.Write(number);
        }
    }

    /// <summary>
    /// A folder for TensorFlow's Embedding Projector: <c>vectors.tsv</c>, <c>metadata.tsv</c>, with <paramref name="sprite"/> a picture of
    /// thumbnails <c>sprite.png</c>, and <c>projector_config.json</c> that names them. Tabs and line breaks in names become spaces, because
    /// the format has no way to quote them.
    /// </summary>
    /// <param name="rows">One row for each of <paramref name="vectors"/> <c>[n, d]</c>, in the same order.</param>
    /// <returns>False when a sprite was asked for and the collection is too large for one (the projector reads at most 8192 × 8192 pixels).</returns>
    public static bool Projector(string folder, IReadOnlyList<ExportRow> rows, Matrix vectors, bool sprite = false, CancellationToken cancellationToken = default)
    {
        if (rows.Count != vectors.Rows)
            throw new ArgumentException($"{rows.Count} pictures and {vectors.Rows} vectors; each picture needs its vector.", nameof(vectors));
        Directory.CreateDirectory(folder);
        using (var writer = Text(Path.Combine(folder, "vectors.tsv")))
        {
            for (var row = 0; row < vectors.Rows; row++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                DelimitedText.WriteTsvLine(writer, vectors.Row(row).ToArray().Select(x => x.ToString(CultureInfo.InvariantCulture)));
            }
        }
        using (var writer = Text(Path.Combine(folder, "metadata.tsv")))
        {
            DelimitedText.WriteTsvLine(writer, s_columns);
            foreach (var row in rows)
                DelimitedText.WriteTsvLine(writer, Fields(row));
        }
        var sheet = sprite ? SpriteSheet.Make([.. rows.Select(row => row.Item.Path)], cancellationToken) : null;
        if (sheet is not null)
            File.WriteAllBytes(Path.Combine(folder, "sprite.png"), PictureEncoder.Encode(sheet.Picture, PictureFormat.Png));
        using var stream = File.Create(Path.Combine(folder, "projector_config.json"));
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartArray("embeddings");
        json.WriteStartObject();
        json.WriteString("tensorName", "Semblance");
        json.WriteStartArray("tensorShape");
        json.WriteNumberValue(vectors.Rows);
        json.WriteNumberValue(vectors.Columns);
        json.WriteEndArray();
        json.WriteString("tensorPath", "vectors.tsv");
        json.WriteString("metadataPath", "metadata.tsv");
        if (sheet is not null)
        {
            json.WriteStartObject("sprite");
            json.WriteString("imagePath", "sprite.png");
            json.WriteStartArray("singleImageDim");
            json.WriteNumberValue(sheet.Side);
            json.WriteNumberValue(sheet.Side);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        return !sprite || sheet is not null;
    }

    private static void WriteJson(ExportRow row, Stream stream)
    {
        var item = row.Item;
        using var json = new Utf8JsonWriter(stream, s_json);
        json.WriteStartObject();
        json.WriteNumber("id", item.Id);
        json.WriteString("path", item.Path);
        json.WriteString("label", item.Label);
        json.WriteStartArray("tags");
        foreach (var tag in row.Tags)
            json.WriteStringValue(tag);
        json.WriteEndArray();
        json.WriteString("format", item.Format);
        json.WriteNumber("width", item.Width);
        json.WriteNumber("height", item.Height);
        json.WriteNumber("bytes", item.Size);
        json.WriteString("modified", Time(item.Modified));
        json.WriteString("taken", TimeTaken(item.Photo));
        json.WriteString("camera", item.Camera);
        json.WriteString("sha256", item.Hash);
        json.WriteString("phash", Hex(item.PHash));
        json.WriteString("dhash", Hex(item.DHash));
        json.WriteString("lens", item.Photo.Lens);
        WriteNumber(json, "iso", item.Photo.Iso);
        WriteNumber(json, "exposure", item.Photo.ExposureTime);
        WriteNumber(json, "aperture", item.Photo.Aperture);
        WriteNumber(json, "focal_length", item.Photo.FocalLength);
        WriteNumber(json, "latitude", item.Photo.Location?.Latitude);
        WriteNumber(json, "longitude", item.Photo.Location?.Longitude);
        WriteNumber(json, "altitude", item.Photo.Location?.Altitude);
        WriteNumber(json, "rating", item.Photo.Rating);
        json.WriteString("description", item.Photo.Description);
        json.WriteStartArray("sidecars");
        foreach (var sidecar in row.Sidecars)
            json.WriteStringValue(sidecar);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } known)
            json.WriteNumber(name, known);
        else
            json.WriteNull(name);
    }

    private static string[] Fields(ExportRow row)
    {
        var item = row.Item;
        return
        [
            item.Id.ToString(CultureInfo.InvariantCulture),
            item.Path,
            item.Label,
            string.Join('|', row.Tags),
            item.Format,
            item.Width.ToString(CultureInfo.InvariantCulture),
            item.Height.ToString(CultureInfo.InvariantCulture),
            item.Size.ToString(CultureInfo.InvariantCulture),
            Time(item.Modified),
            TimeTaken(item.Photo) ?? "",
            item.Camera ?? "",
            item.Hash,
            Hex(item.PHash),
            Hex(item.DHash),
            item.Photo.Lens ?? "",
            Number(item.Photo.Iso),
            Number(item.Photo.ExposureTime),
            Number(item.Photo.Aperture),
            Number(item.Photo.FocalLength),
            Number(item.Photo.Location?.Latitude),
            Number(item.Photo.Location?.Longitude),
            Number(item.Photo.Location?.Altitude),
            Number(item.Photo.Rating),
            item.Photo.Description ?? "",
            string.Join('|', row.Sidecars),
        ];
    }

    private static void WriteNpyHeader(Stream stream, string type, string shape)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        const int Preamble = 10;
        // The data start at a multiple of 64 bytes and the header ends in a line feed.
        var padded = header.PadRight((Preamble + header.Length + 1 + 63) / 64 * 64 - Preamble - 1) + "\n";
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)padded.Length, (byte)(padded.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(padded));
    }

    private static StreamWriter Text(string path) => new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };

    private static string Time(DateTime utc) => DateTime.SpecifyKind(utc, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>ISO 8601 on the clock of the place, with a fraction and the offset from UTC where they are known.</summary>
    private static string? TimeTaken(PhotoFacts photo) => photo.Taken is not { } taken ? null
        : taken.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)
        + (photo.TakenOffset is { } offset ? (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString("hh':'mm", CultureInfo.InvariantCulture) : "");

    private static string Number(double? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Hex(ulong code) => code.ToString("x16", CultureInfo.InvariantCulture);
}
