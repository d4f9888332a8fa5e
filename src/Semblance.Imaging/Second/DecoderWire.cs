using System.Text;

namespace Semblance.Imaging.Second;

/// <summary>
/// What the library and its decoder program say to each other over two pipes; this file is compiled into both. A message is a
/// mark, the length of its fields, the fields, the length of its bytes, the bytes: a request carries a file, an answer pixels.
/// Each side checks every length against a bound before it makes room for it, since the other may have been damaged by a file.
/// </summary>
internal static class DecoderWire
{
    /// <summary>Raised whenever a field changes; a program of another build is not talked to.</summary>
    internal const int Version = 2;

    internal const long MaxFileBytes = 512L << 20;

    /// <summary>Environment variable with the folder for files that live as long as one decode; ImageMagick's own.</summary>
    internal const string TemporaryVariable = "MAGICK_TEMPORARY_PATH";

    private const int Mark = 0x31424D53;
    private const int MostFields = 2 << 20;

    /// <summary>Metadata blocks beyond this are left out of an answer.</summary>
    internal const int MostMetadata = 1 << 18;

    internal static void Write(Stream pipe, Action<BinaryWriter> fields, long payload)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(Mark);
        writer.Write(0);
        fields(writer);
        writer.Write(payload);
        writer.Flush();
        var length = (int)memory.Length;
        memory.Position = 4;
        writer.Write(length - 16);
        writer.Flush();
        pipe.Write(memory.GetBuffer(), 0, length);
    }

    /// <summary>Fields of the next message and how many bytes follow; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The other side does not keep to the protocol.</exception>
    internal static (BinaryReader Fields, long Payload)? Read(Stream pipe)
    {
        var head = new byte[8];
        var read = pipe.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (read == 0)
            return null;
        var length = BitConverter.ToInt32(head, 4);
        if (read < head.Length || BitConverter.ToInt32(head, 0) != Mark || length is < 0 or > MostFields)
            throw new InvalidDataException("The message does not begin as one.");
        var body = new byte[length + 8];
        pipe.ReadExactly(body);
        var payload = BitConverter.ToInt64(body, length);
        if (payload < 0)
            throw new InvalidDataException("The message promises fewer than no bytes.");
        return (new BinaryReader(new MemoryStream(body, 0, length, writable: false), Encoding.UTF8), payload);
    }

    internal static void WriteBlock(BinaryWriter writer, byte[]? block)
    {
        var kept = block is { Length: <= MostMetadata } ? block : [];
        writer.Write(kept.Length);
        writer.Write(kept);
    }

    internal static byte[] ReadBlock(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        return length is >= 0 and <= MostMetadata ? reader.ReadBytes(length) : throw new InvalidDataException("A metadata block is longer than allowed.");
    }
}

/// <summary>The first message of a program: who it is, and which of the formats it was asked to have its library reads.</summary>
internal sealed record DecoderGreeting(int Version, string Library, string[] Formats)
{
    internal void Write(Stream pipe) => DecoderWire.Write(
        pipe,
        writer =>
        {
            writer.Write(Version);
            writer.Write(Library);
            writer.Write(string.Join(' ', Formats));
        },
        0);

    internal static DecoderGreeting Read(BinaryReader fields) => new(fields.ReadInt32(), fields.ReadString(), fields.ReadString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>One file to decode; its bytes follow.</summary>
/// <param name="Format">A name of the closed list (<c>heic</c>, <c>bmp</c>, ...).</param>
/// <param name="MostPixels">Width x height that is decoded at most, checked against the header.</param>
/// <param name="MostMemory">Bytes of data the process may hold while it does so.</param>
/// <param name="Side">Shortest side that is needed; 0 for all pixels.</param>
/// <param name="Part">Shorter side of the part that is looked at; 0 for the whole picture.</param>
internal sealed record DecoderRequest(string Format, long MostPixels, long MostMemory, int Side, int Part)
{
    internal void Write(Stream pipe, long fileBytes) => DecoderWire.Write(
        pipe,
        writer =>
        {
            writer.Write(Format);
            writer.Write(MostPixels);
            writer.Write(MostMemory);
            writer.Write(Side);
            writer.Write(Part);
        },
        fileBytes);

    internal static DecoderRequest Read(BinaryReader fields) => new(fields.ReadString(), fields.ReadInt64(), fields.ReadInt64(), fields.ReadInt32(), fields.ReadInt32());
}

/// <summary>How a request ended.</summary>
internal enum DecoderOutcome
{
    Decoded,
    Broken,
    TooLarge,
    Unsupported,

    /// <summary>The file could not be put where its library reads it: the machine's fault, not the picture's.</summary>
    NoTemporary,
}

/// <summary>
/// The answer to a request. When decoded, <see cref="Width"/> x <see cref="Height"/> pixels follow, in sRGB, 8 bits, as stored
/// (not yet turned), alpha not multiplied into the colours.
/// </summary>
/// <param name="Message">What the library said, where it failed.</param>
/// <param name="StoredWidth">Of the whole picture before it was shrunk.</param>
/// <param name="Depth">Bits a sample in the file.</param>
/// <param name="MetadataBytes">Bytes of the file that are profiles and metadata rather than picture.</param>
internal sealed record DecoderAnswer(
    DecoderOutcome Outcome,
    string Message,
    int StoredWidth = 0,
    int StoredHeight = 0,
    int Width = 0,
    int Height = 0,
    bool HasAlpha = false,
    bool HasProfile = false,
    int Orientation = 1,
    int Depth = 8,
    int Frames = 1,
    long MetadataBytes = 0)
{
    internal byte[] Exif { get; init; } = [];

    internal byte[] Xmp { get; init; } = [];

    internal int Bands => HasAlpha ? 4 : 3;

    internal long PixelBytes => (long)Width * Height * Bands;

    internal void Write(Stream pipe) => DecoderWire.Write(
        pipe,
        writer =>
        {
            writer.Write((byte)Outcome);
            writer.Write(Message);
            foreach (var number in new[] { StoredWidth, StoredHeight, Width, Height, Orientation, Depth, Frames })
                writer.Write(number);
            writer.Write(HasAlpha);
            writer.Write(HasProfile);
            writer.Write(MetadataBytes);
            DecoderWire.WriteBlock(writer, Exif);
            DecoderWire.WriteBlock(writer, Xmp);
        },
        Outcome == DecoderOutcome.Decoded ? PixelBytes : 0);

    /// <exception cref="InvalidDataException">A value that no picture within the request's bounds can have.</exception>
    internal static DecoderAnswer Read(BinaryReader fields, long payload, long mostPixels)
    {
        var outcome = (DecoderOutcome)fields.ReadByte();
        var message = fields.ReadString();
        int Number() => fields.ReadInt32();
        var (storedWidth, storedHeight, width, height, orientation, depth, frames) = (Number(), Number(), Number(), Number(), Number(), Number(), Number());
        var answer = new DecoderAnswer(outcome, message, storedWidth, storedHeight, width, height, fields.ReadBoolean(), fields.ReadBoolean(), orientation, depth, frames, fields.ReadInt64()) { Exif = DecoderWire.ReadBlock(fields), Xmp = DecoderWire.ReadBlock(fields) };
        var sound = outcome == DecoderOutcome.Decoded
            ? width > 0 && height > 0 && storedWidth >= width && storedHeight >= height && (long)storedWidth * storedHeight <= mostPixels && orientation is >= 1 and <= 8 && frames >= 1 && payload == answer.PixelBytes
            : Enum.IsDefined(outcome) && payload == 0;
        return sound ? answer : throw new InvalidDataException("The answer contradicts itself.");
    }
}
