using System.Buffers.Binary;
using System.Text;
using Semblance.Imaging;

namespace Semblance.Testing;

/// <summary>EXIF blocks written by hand, and pictures stored turned as their block says.</summary>
public static class TestExif
{
    private const ushort Ascii = 2;
    private const ushort Short = 3;
    private const ushort Long = 4;

    /// <summary>A little-endian TIFF structure with one directory and, where a time is given, the EXIF directory.</summary>
    public static byte[] Block(int orientation = 1, string? make = null, string? model = null, DateTime? taken = null)
    {
        var first = new List<(ushort Tag, ushort Type, byte[] Value)>();
        if (make is not null)
            first.Add((0x010F, Ascii, Encoding.ASCII.GetBytes(make + "\0")));
        if (model is not null)
            first.Add((0x0110, Ascii, Encoding.ASCII.GetBytes(model + "\0")));
        first.Add((0x0112, Short, BitConverter.GetBytes((ushort)orientation)));
        if (taken is null)
            return [.. "II*\0"u8, 8, 0, 0, 0, .. Directory(first, 8)];
        first.Add((0x8769, Long, [0, 0, 0, 0]));
        var second = 8 + Directory(first, 8).Length;
        first[^1] = (0x8769, Long, BitConverter.GetBytes((uint)second));
        List<(ushort, ushort, byte[])> exif = [(0x9003, Ascii, Encoding.ASCII.GetBytes($"{taken:yyyy:MM:dd HH:mm:ss}\0"))];
        return [.. "II*\0"u8, 8, 0, 0, 0, .. Directory(first, 8), .. Directory(exif, second)];
    }

    /// <summary>A JPEG with the block as its first segment after the start marker.</summary>
    public static byte[] IntoJpeg(byte[] jpeg, byte[] block)
    {
        byte[] payload = [.. "Exif\0\0"u8, .. block];
        var size = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)(payload.Length + 2));
        return [0xFF, 0xD8, 0xFF, 0xE1, .. size, .. payload, .. jpeg.AsSpan(2)];
    }

    public static byte[] IntoPng(byte[] png, byte[] block) => PngChunks.InsertAfterHeader(png, "eXIf", block);

    /// <summary>The samples as a camera stores them that was held so that orientation (1 to 8) turns them upright again.</summary>
    public static Picture Stored(Picture upright, int orientation)
    {
        var (w, h) = (upright.Width, upright.Height);
        var turned = orientation >= 5;
        return TestPictures.Draw(turned ? h : w, turned ? w : h, "stored", (x, y) => orientation switch
        {
            2 => upright.At(w - 1 - x, y),
            3 => upright.At(w - 1 - x, h - 1 - y),
            4 => upright.At(x, h - 1 - y),
            5 => upright.At(y, x),
            6 => upright.At(w - 1 - y, x),
            7 => upright.At(w - 1 - y, h - 1 - x),
            8 => upright.At(y, h - 1 - x),
            _ => upright.At(x, y),
        });
    }

    private static byte[] Directory(List<(ushort Tag, ushort Type, byte[] Value)> entries, int start)
    {
        var heap = new List<byte>();
        var heapStart = start + 2 + (12 * entries.Count) + 4;
        var bytes = new List<byte>(BitConverter.GetBytes((ushort)entries.Count));
        foreach (var (tag, type, value) in entries)
        {
            bytes.AddRange(BitConverter.GetBytes(tag));
            bytes.AddRange(BitConverter.GetBytes(type));
            bytes.AddRange(BitConverter.GetBytes((uint)(type == Ascii ? value.Length : 1)));
            if (value.Length <= 4)
            {
                bytes.AddRange(value);
                bytes.AddRange(new byte[4 - value.Length]);
            }
            else
            {
                bytes.AddRange(BitConverter.GetBytes((uint)(heapStart + heap.Count)));
                heap.AddRange(value);
                if (heap.Count % 2 == 1)
                    heap.Add(0);
            }
        }
        return [.. bytes, 0, 0, 0, 0, .. heap];
    }
}
