using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Semblance.Numerics.Memory;

namespace Semblance.Networks.Onnx.Importing;

/// <summary>Weights that stay in their file, float32, until somebody reads them. Any number of threads may.</summary>
internal sealed unsafe class FileFloats
{
    // Filters that are transposed at a time: what they take stays in a second-level cache.
    private const int FilterBlock = 32;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly long _offset;
    private readonly DateTime _written;

    /// <param name="file">Closed when nobody refers to it any more.</param>
    /// <param name="offset">Bytes from the file's beginning.</param>
    /// <param name="bytes">A multiple of 4.</param>
    public FileFloats(SafeFileHandle file, string path, long offset, long bytes)
    {
        _file = file;
        _path = path;
        _offset = offset;
        _written = File.GetLastWriteTimeUtc(file);
        Count = checked((int)(bytes / sizeof(float)));
    }

    public int Count { get; }

    /// <exception cref="OnnxImportException">The file was changed meanwhile.</exception>
    public float[] ReadAll()
    {
        var values = new float[Count];
        Read(0, values);
        return values;
    }

    /// <summary>Weights [filters, …, taps] as the engine has them, [taps, …, filters].</summary>
    /// <param name="filters">Length of the first axis.</param>
    /// <param name="taps">Length of the last axes, the kernel's, together.</param>
    /// <exception cref="OnnxImportException">The file was changed meanwhile.</exception>
    public void ReadFiltersLast(int filters, int taps, Span<float> target)
    {
        var length = Count / filters;
        var channels = length / taps;
        var memory = new HugeMemory((long)Math.Min(filters, FilterBlock) * length * sizeof(float));
        for (var first = 0; first < filters; first += FilterBlock)
        {
            var count = Math.Min(FilterBlock, filters - first);
            var block = new Span<float>(memory.Start, count * length);
            Read((long)first * length, block);
            for (var channel = 0; channel < channels; channel++)
            {
                for (var tap = 0; tap < taps; tap++)
                {
                    var source = (float*)memory.Start + (channel * taps) + tap;
                    var row = target.Slice((((tap * channels) + channel) * filters) + first, count);
                    for (var filter = 0; filter < row.Length; filter++)
                        row[filter] = source[filter * (nint)length];
                }
            }
        }
        memory.Release();
    }

    private void Read(long first, Span<float> target)
    {
        var bytes = MemoryMarshal.AsBytes(target);
        var done = 0;
        while (done < bytes.Length)
        {
            var read = RandomAccess.Read(_file, bytes[done..], _offset + (first * sizeof(float)) + done);
            if (read == 0)
                throw Changed();
            done += read;
        }
        if (File.GetLastWriteTimeUtc(_file) != _written)
            throw Changed();
    }

    private OnnxImportException Changed() => new($"'{_path}' was changed after it had been imported with {nameof(OnnxImportOptions.WeightsOnDemand)}; import it anew.");
}
