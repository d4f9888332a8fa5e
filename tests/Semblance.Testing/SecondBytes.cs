using System.Buffers.Binary;
using System.Text;
using Semblance.Imaging;

namespace Semblance.Testing;

/// <summary>Files of formats for the second decoder that can be written by hand, from their specifications.</summary>
public static class SecondBytes
{
    /// <summary>Windows bitmap, 24 bits, bottom row first.</summary>
    public static byte[] Bmp(Picture picture)
    {
        var stride = ((picture.Width * 3) + 3) & ~3;
        var bytes = BmpHeader(picture.Width, picture.Height, 24, stride * picture.Height);
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var (red, green, blue) = picture.At(x, y);
                var at = 54 + ((picture.Height - 1 - y) * stride) + (3 * x);
                (bytes[at], bytes[at + 1], bytes[at + 2]) = (blue, green, red);
            }
        }
        return bytes;
    }

    /// <summary>A bitmap of 54 bytes whose header promises more pixels.</summary>
    public static byte[] BmpHeader(int width, int height, int bits, int data = 0)
    {
        var bytes = new byte[54 + data];
        "BM"u8.CopyTo(bytes);
        var span = bytes.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(span[2..], bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[10..], 54);
        BinaryPrimitives.WriteInt32LittleEndian(span[14..], 40);
        BinaryPrimitives.WriteInt32LittleEndian(span[18..], width);
        BinaryPrimitives.WriteInt32LittleEndian(span[22..], height);
        BinaryPrimitives.WriteInt16LittleEndian(span[26..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(span[28..], (short)bits);
        return bytes;
    }

    /// <summary>A PSD of one merged RGB picture, uncompressed planes (Adobe Photoshop File Formats Specification).</summary>
    public static byte[] Psd(Picture picture)
    {
        var bytes = new List<byte>([.. "8BPS"u8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, .. Big(picture.Height), .. Big(picture.Width), 0, 8, 0, 3, .. Big(0), .. Big(0), .. Big(0), 0, 0]);
        for (var band = 0; band < 3; band++)
        {
            for (var i = band; i < picture.Pixels.Length; i += 3)
                bytes.Add(picture.Pixels[i]);
        }
        return [.. bytes];
    }

    /// <summary>The same PSD with the version block that Photoshop leaves.</summary>
    public static byte[] WithVersionBlock(byte[] psd)
    {
        byte[] name = [0, 0, 0, 0];
        return WithBlock(psd, 1057, [0, 0, 0, 1, 1, .. name, .. name, 0, 0, 0, 1]);
    }

    /// <summary>The same PSD with an EXIF block.</summary>
    public static byte[] WithExif(byte[] psd, byte[] exif) => WithBlock(psd, 1058, exif);

    private static byte[] WithBlock(byte[] psd, int id, byte[] data)
    {
        byte[] block = [.. "8BIM"u8, (byte)(id >> 8), (byte)id, 0, 0, .. Big(data.Length), .. data, .. new byte[data.Length % 2]];
        const int Resources = 30;
        var length = BinaryPrimitives.ReadInt32BigEndian(psd.AsSpan(Resources));
        return [.. psd.AsSpan(0, Resources), .. Big(length + block.Length), .. block, .. psd.AsSpan(Resources + 4)];
    }

    /// <summary>OpenEXR of 32-bit floats in scan lines, uncompressed; values are light, not coded for sRGB (openexr.com, "File Layout").</summary>
    public static byte[] Exr(int width, int height, Func<int, int, (float Red, float Green, float Blue)> light)
        => Exr(width, height, ["B", "G", "R"], (channel, x, y) => channel switch { "B" => light(x, y).Blue, "G" => light(x, y).Green, _ => light(x, y).Red });

    /// <summary>The same with channels of other names.</summary>
    /// <param name="channels">In the order of the alphabet, as the format wants them.</param>
    public static byte[] Exr(int width, int height, string[] channels, Func<string, int, int, float> value)
    {
        var bytes = new List<byte>([0x76, 0x2F, 0x31, 0x01, 2, 0, 0, 0]);
        void Attribute(string name, string type, byte[] value) => bytes.AddRange([.. Encoding.ASCII.GetBytes(name), 0, .. Encoding.ASCII.GetBytes(type), 0, .. BitConverter.GetBytes(value.Length), .. value]);
        byte[] Channel(string name) => [.. Encoding.ASCII.GetBytes(name), 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
        byte[] window = [.. BitConverter.GetBytes(0), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(width - 1), .. BitConverter.GetBytes(height - 1)];
        Attribute("channels", "chlist", [.. channels.SelectMany(Channel), 0]);
        Attribute("compression", "compression", [0]);
        Attribute("dataWindow", "box2i", window);
        Attribute("displayWindow", "box2i", window);
        Attribute("lineOrder", "lineOrder", [0]);
        Attribute("pixelAspectRatio", "float", BitConverter.GetBytes(1f));
        Attribute("screenWindowCenter", "v2f", new byte[8]);
        Attribute("screenWindowWidth", "float", BitConverter.GetBytes(1f));
        bytes.Add(0);
        var line = 8 + (4L * channels.Length * width);
        var data = bytes.Count + (8L * height);
        for (var y = 0; y < height; y++)
            bytes.AddRange(BitConverter.GetBytes(data + (y * line)));
        for (var y = 0; y < height; y++)
        {
            bytes.AddRange([.. BitConverter.GetBytes(y), .. BitConverter.GetBytes(4 * channels.Length * width)]);
            foreach (var channel in channels)
            {
                for (var x = 0; x < width; x++)
                    bytes.AddRange(BitConverter.GetBytes(value(channel, x, y)));
            }
        }
        return [.. bytes];
    }

    private static byte[] Big(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
