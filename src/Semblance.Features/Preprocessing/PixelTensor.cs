using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Imaging;
using Semblance.Networks;

namespace Semblance.Features.Preprocessing;

/// <summary>
/// Picture to network input: resize rule, channel order, scale, mean, deviation and layout in one pass. An 8-bit value has
/// only 256 outcomes per channel, so the arithmetic is a table made once; the table is exact and stays in the first cache.
/// Immutable and thread-safe.
/// </summary>
internal sealed class PixelTensor
{
    private readonly ModelInput _input;
    private readonly float[] _table = new float[3 * 256];
    private readonly int[] _source;

    public PixelTensor(ModelInput input)
    {
        _input = input;
        _source = input.Channels == ChannelOrder.Rgb ? [0, 1, 2] : [2, 1, 0];
        for (var channel = 0; channel < 3; channel++)
        {
            for (var value = 0; value < 256; value++)
                _table[(channel * 256) + value] = (float)(((value * input.Scale) - input.Mean[channel]) / input.Std[channel]);
        }
    }

    /// <summary>Floats of one picture's tensor.</summary>
    public int Length => 3 * _input.Width * _input.Height;

    /// <param name="target">Gets <c>[3, h, w]</c> or <c>[h, w, 3]</c>; every element is written.</param>
    public void Fill(Picture picture, Span<float> target)
    {
        var fitted = Fit(picture);
        var (left, top) = ((_input.Width - fitted.Width) / 2, (_input.Height - fitted.Height) / 2);
        // Zero is the mean colour once the mean is subtracted: borders say nothing.
        if (fitted.Width != _input.Width || fitted.Height != _input.Height)
            target.Clear();
        var planar = _input.Layout == TensorLayout.Nchw;
        var plane = _input.Width * _input.Height;
        for (var y = 0; y < fitted.Height; y++)
        {
            var pixels = fitted.Pixels.AsSpan(y * fitted.Width * 3, fitted.Width * 3);
            var start = ((y + top) * _input.Width) + left;
            if (planar)
                FillPlanes(pixels, target.Slice(start, fitted.Width), target.Slice(plane + start, fitted.Width), target.Slice((2 * plane) + start, fitted.Width));
            else
                FillInterleaved(pixels, target.Slice(3 * start, pixels.Length));
        }
    }

    private Picture Fit(Picture picture)
    {
        var (width, height) = (_input.Width, _input.Height);
        if (_input.Resize == ResizeRule.Stretch)
            return picture.Resize(width, height);
        var (byWidth, byHeight) = ((double)width / picture.Width, (double)height / picture.Height);
        var scale = _input.Resize == ResizeRule.Crop ? Math.Max(byWidth, byHeight) : Math.Min(byWidth, byHeight);
        var (scaledWidth, scaledHeight) = ((int)Math.Round(picture.Width * scale), (int)Math.Round(picture.Height * scale));
        if (_input.Resize == ResizeRule.Pad)
            return picture.Resize(Math.Clamp(scaledWidth, 1, width), Math.Clamp(scaledHeight, 1, height));
        // Cut before resizing, so that a long strip of a picture is not enlarged only to be thrown away.
        var (keptWidth, keptHeight) = (Math.Clamp((int)Math.Round(width / scale), 1, picture.Width), Math.Clamp((int)Math.Round(height / scale), 1, picture.Height));
        var kept = new PictureBox((picture.Width - keptWidth) / 2, (picture.Height - keptHeight) / 2, keptWidth, keptHeight);
        return picture.Crop(kept).Resize(width, height);
    }

    // A byte cannot leave a table of 256, so the lookups go without the check that would cost as much as they do.
    private void FillPlanes(ReadOnlySpan<byte> pixels, Span<float> first, Span<float> second, Span<float> third)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(_table);
        var (firstSource, thirdSource) = (_source[0], _source[2]);
        for (int x = 0, i = 0; x < first.Length && x < second.Length && x < third.Length && i + 2 < pixels.Length; x++, i += 3)
        {
            first[x] = Unsafe.Add(ref table, pixels[i + firstSource]);
            second[x] = Unsafe.Add(ref table, 256 + pixels[i + 1]);
            third[x] = Unsafe.Add(ref table, 512 + pixels[i + thirdSource]);
        }
    }

    private void FillInterleaved(ReadOnlySpan<byte> pixels, Span<float> row)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(_table);
        var (firstSource, thirdSource) = (_source[0], _source[2]);
        for (var i = 0; i + 2 < pixels.Length && i + 2 < row.Length; i += 3)
        {
            row[i] = Unsafe.Add(ref table, pixels[i + firstSource]);
            row[i + 1] = Unsafe.Add(ref table, 256 + pixels[i + 1]);
            row[i + 2] = Unsafe.Add(ref table, 512 + pixels[i + thirdSource]);
        }
    }
}
