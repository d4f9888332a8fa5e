using System.Buffers.Binary;
using System.Text;

namespace Semblance.Imaging.Decoding;

/// <summary>
/// Names of the channels of an OpenEXR file's first part, the one that is decoded (openexr.com, "File Layout"). The decoder hands
/// out memory as it finds it where a file has no colours, so files without them must not reach it.
/// </summary>
internal static class ExrChannels
{
    private const int MostName = 255;
    private const int MostShown = 8;

    /// <summary>Number type, a flag with three bytes of room, and two sampling rates.</summary>
    private const int BytesBehindName = 16;

    /// <summary>Null where the header is damaged.</summary>
    internal static List<string>? Read(ReadOnlySpan<byte> exr)
    {
        // Magic number and version, then attributes up to an empty name.
        var at = Math.Min(8, exr.Length);
        while (TryText(exr, ref at, out var name) && name.Length > 0)
        {
            if (!TryText(exr, ref at, out var type) || at + 4 > exr.Length)
                return null;
            var length = BinaryPrimitives.ReadInt32LittleEndian(exr[at..]);
            at += 4;
            if (length < 0 || length > exr.Length - at)
                return null;
            if (name == "channels")
                return type == "chlist" ? List(exr.Slice(at, length)) : null;
            at += length;
        }
        return null;
    }

    /// <summary>Layers ("diffuse.R") are parts of a picture, not the picture.</summary>
    internal static bool ShowPicture(List<string> channels)
        => channels.Contains("Y") || (channels.Contains("R") && channels.Contains("G") && channels.Contains("B"));

    /// <summary>For a message: names are the file's, so few and without control characters.</summary>
    internal static string Describe(List<string> channels)
    {
        if (channels.Count == 0)
            return "no channels";
        var shown = channels.Take(MostShown).Select(name => new string([.. name.Where(c => !char.IsControl(c)).Take(32)]));
        return $"the channel{(channels.Count > 1 ? "s" : "")} {string.Join(", ", shown)}{(channels.Count > MostShown ? $" and {channels.Count - MostShown} more" : "")}";
    }

    private static List<string>? List(ReadOnlySpan<byte> list)
    {
        var names = new List<string>();
        var at = 0;
        while (TryText(list, ref at, out var name))
        {
            if (name.Length == 0)
                return names;
            names.Add(name);
            if (list.Length - at < BytesBehindName)
                return null;
            at += BytesBehindName;
        }
        return null;
    }

    private static bool TryText(ReadOnlySpan<byte> bytes, ref int at, out string text)
    {
        var rest = bytes[at..];
        var end = rest[..Math.Min(rest.Length, MostName + 1)].IndexOf((byte)0);
        text = end < 0 ? "" : Encoding.UTF8.GetString(rest[..end]);
        at += end + 1;
        return end >= 0;
    }
}
