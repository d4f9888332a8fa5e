namespace Semblance.Networks.Tests;

/// <summary>TensorFlow's definitions written out, channels last, in double precision: the independent truth of the importer's tests.</summary>
internal sealed record NaiveTensor(int Height, int Width, int Channels, double[] Values)
{
    public double this[int y, int x, int c] => y < 0 || x < 0 || y >= Height || x >= Width ? 0 : Values[(((y * Width) + x) * Channels) + c];

    public static NaiveTensor Make(int height, int width, int channels, Func<int, int, int, double> value)
    {
        var values = new double[height * width * channels];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(i / channels / width, i / channels % width, i % channels);
        return new NaiveTensor(height, width, channels, values);
    }

    public NaiveTensor Map(Func<double, int, double> map) => Make(Height, Width, Channels, (y, x, c) => map(this[y, x, c], c));

    /// <summary>Weights [k, k, in, out], or depthwise [k, k, channel, multiple].</summary>
    public NaiveTensor Convolve(float[] weights, int kernel, int outputs, int stride, bool same, bool depthwise = false)
    {
        var (height, top) = Extent(Height, kernel, stride, same);
        var (width, left) = Extent(Width, kernel, stride, same);
        var multiple = depthwise ? outputs / Channels : 0;
        return Make(height, width, outputs, (y, x, o) =>
        {
            double sum = 0;
            for (var dy = 0; dy < kernel; dy++)
            {
                for (var dx = 0; dx < kernel; dx++)
                {
                    var (sy, sx) = ((y * stride) + dy - top, (x * stride) + dx - left);
                    if (depthwise)
                        sum += this[sy, sx, o / multiple] * weights[(((dy * kernel) + dx) * outputs) + o];
                    else
                        for (var c = 0; c < Channels; c++)
                            sum += this[sy, sx, c] * weights[(((((dy * kernel) + dx) * Channels) + c) * outputs) + o];
                }
            }
            return sum;
        });
    }

    public NaiveTensor Pool(int kernel, int stride, bool same, bool max)
    {
        var (height, top) = Extent(Height, kernel, stride, same);
        var (width, left) = Extent(Width, kernel, stride, same);
        return Make(height, width, Channels, (y, x, c) =>
        {
            var seen = new List<double>();
            for (var dy = 0; dy < kernel; dy++)
            {
                for (var dx = 0; dx < kernel; dx++)
                {
                    var (sy, sx) = ((y * stride) + dy - top, (x * stride) + dx - left);
                    if (sy >= 0 && sx >= 0 && sy < Height && sx < Width)
                        seen.Add(this[sy, sx, c]);
                }
            }
            return max ? seen.Max() : seen.Average();
        });
    }

    // TensorFlow's SAME: ceil(size / stride) outputs, the smaller half of the padding first.
    private static (int Size, int Before) Extent(int size, int kernel, int stride, bool same)
    {
        if (!same)
            return (((size - kernel) / stride) + 1, 0);
        var outputs = (size + stride - 1) / stride;
        return (outputs, Math.Max(((outputs - 1) * stride) + kernel - size, 0) / 2);
    }
}
