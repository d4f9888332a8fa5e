using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Semblance.Evaluation.Reports;
using Semblance.Imaging;
using Semblance.Numerics;
using Semblance.Reports.Tables;

namespace Semblance.Reports.Exporting;

/// <summary>
/// Writes a gallery's pictures and vectors in forms that other programs read. Rows are streamed; text is UTF-8 without a mark.
/// </summary>
internal static class GalleryExport
{
    private const char ListSeparator = '|';

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly IReadOnlyList<Column<ItemRecord>> s_columns = Columns.Of(WireKeys.Default.ItemRecord, []);

    /// <summary>One array of objects, a picture a line.</summary>
    public static void Json(IEnumerable<ItemRecord> rows, Stream stream)
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
    public static void JsonLines(IEnumerable<ItemRecord> rows, Stream stream)
    {
        foreach (var row in rows)
        {
            WriteJson(row, stream);
            stream.Write("\n"u8);
        }
    }

    /// <summary>RFC 4180 with a header: lines end in CR LF; fields with commas, quotes or line breaks are quoted. Tags and sidecars are joined by <c>|</c>.</summary>
    public static void Csv(IEnumerable<ItemRecord> rows, TextWriter writer) => Columns.WriteCsv(writer, s_columns, rows, ListSeparator);

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
    public static bool Projector(string folder, IReadOnlyList<ItemRecord> rows, Matrix vectors, bool sprite = false, CancellationToken cancellationToken = default)
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
            DelimitedText.WriteTsvLine(writer, s_columns.Select(column => column.Name));
            foreach (var row in rows)
                DelimitedText.WriteTsvLine(writer, s_columns.Select(column => Values.Plain(column.Value(row), ListSeparator)));
        }
        var sheet = sprite ? SpriteSheet.Make([.. rows.Select(row => row.Path)], cancellationToken) : null;
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

    private static void WriteJson(ItemRecord row, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, s_json);
        JsonSerializer.Serialize(json, row, WireJson.Default.ItemRecord);
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
}
