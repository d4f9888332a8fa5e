namespace Semblance.Imaging.Decoding;

/// <summary>
/// Portable bitmap, graymap and pixmap (P1 to P6, 8 and 16 bits): the common libvips builds leave this loader out and face
/// collections come in it. Format: netpbm's pbm(5), pgm(5), ppm(5); only the first picture of a file is read.
/// </summary>
internal static class NetpbmReader
{
    internal readonly record struct Header(int Kind, int Width, int Height, int Maximum, int Data)
    {
        internal int Bands => Kind is 3 or 6 ? 3 : 1;
    }

    internal static bool Recognises(ReadOnlySpan<byte> bytes)
        => bytes.Length >= 3 && bytes[0] == 'P' && bytes[1] is >= (byte)'1' and <= (byte)'6' && (IsSpace(bytes[2]) || bytes[2] == '#');

    internal static bool TryReadHeader(ReadOnlySpan<byte> bytes, out Header header)
    {
        header = default;
        if (!Recognises(bytes))
            return false;
        var kind = bytes[1] - '0';
        var position = 2;
        var maximum = 1;
        if (!TryReadNumber(bytes, ref position, out var width) || !TryReadNumber(bytes, ref position, out var height))
            return false;
        if (kind is not 1 and not 4 && (!TryReadNumber(bytes, ref position, out maximum) || maximum is 0 or > 65535))
            return false;
        // Exactly one blank stands between the header and binary data.
        header = new Header(kind, width, height, maximum, kind >= 4 ? position + 1 : position);
        return width > 0 && height > 0;
    }

    /// <summary>8-bit RGB <c>[height, width, 3]</c>, or null where the data ends too early.</summary>
    internal static byte[]? ReadPixels(ReadOnlySpan<byte> bytes, Header header)
    {
        var samples = checked(header.Width * header.Height * header.Bands);
        // Told apart before anything is allocated: the shortest text needs one byte a sample, a bitmap's row is padded to bytes.
        var needed = header.Kind switch
        {
            4 => (long)(header.Width + 7) / 8 * header.Height,
            5 or 6 => (long)samples * (header.Maximum > 255 ? 2 : 1),
            _ => samples,
        };
        if (bytes.Length - header.Data < needed)
            return null;
        var pixels = new byte[checked(header.Width * header.Height * 3)];
        var data = bytes[Math.Min(header.Data, bytes.Length)..];
        var position = 0;
        for (var i = 0; i < samples; i++)
        {
            int value;
            switch (header.Kind)
            {
                case 1:
                    while (position < data.Length && data[position] is not (byte)'0' and not (byte)'1')
                        position++;
                    if (position == data.Length)
                        return null;
                    value = data[position++] == '0' ? 255 : 0;
                    break;
                case 4:
                    var (y, x) = Math.DivRem(i, header.Width);
                    value = (data[(y * ((header.Width + 7) / 8)) + (x / 8)] >> (7 - (x % 8)) & 1) == 0 ? 255 : 0;
                    break;
                case 2 or 3:
                    if (!TryReadNumber(data, ref position, out var number))
                        return null;
                    value = Scale(number, header.Maximum);
                    break;
                default:
                    value = header.Maximum > 255
                        ? Scale((data[2 * i] << 8) | data[(2 * i) + 1], header.Maximum)
                        : Scale(data[i], header.Maximum);
                    break;
            }
            if (header.Bands == 3)
                pixels[i] = (byte)value;
            else
                pixels.AsSpan(3 * i, 3).Fill((byte)value);
        }
        return pixels;
    }

    private static int Scale(int value, int maximum)
        => maximum == 255 ? Math.Min(value, 255) : (int)(((255L * Math.Min(value, maximum)) + (maximum / 2)) / maximum);

    private static bool TryReadNumber(ReadOnlySpan<byte> bytes, ref int position, out int number)
    {
        number = 0;
        while (position < bytes.Length && (IsSpace(bytes[position]) || bytes[position] == '#'))
        {
            if (bytes[position] == '#')
            {
                while (position < bytes.Length && bytes[position] != '\n')
                    position++;
            }
            else
            {
                position++;
            }
        }
        var first = position;
        for (; position < bytes.Length && bytes[position] is >= (byte)'0' and <= (byte)'9'; position++)
        {
            number = (number * 10) + bytes[position] - '0';
            if (number > 1_000_000_000 / 10)
                return false;
        }
        return position > first;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0B or 0x0C;
}
