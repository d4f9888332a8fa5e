using Google.Protobuf;
using Microsoft.Win32.SafeHandles;

namespace Semblance.Networks.Onnx.Importing;

/// <summary>
/// An ONNX file whose large weights are left where they are: everything else is parsed, of them is known where they lie. The time is
/// that of the graph, not of the weights.
/// </summary>
/// <remarks>
/// The parts that are kept are put together as a model of their own: a message that is written in pieces is merged by whoever reads
/// it, so each field of the graph becomes a piece, and no length has to be known beforehand.
/// </remarks>
internal sealed class LeanModelFile : IDisposable
{
    // Smaller ones are not worth a second look at the file.
    private const int LeastBytes = 1 << 16;

    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private readonly FileStream _file;
    private readonly MemoryStream _kept = new();
    private readonly Dictionary<int, FileFloats> _weights = [];
    private int _initializers;

    private LeanModelFile(string path)
    {
        _path = path;
        // Another file may take its place meanwhile, which on Windows has to be allowed.
        _handle = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete);
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16);
    }

    /// <returns>The model, and by the number of an initialiser the weights that it lacks.</returns>
    /// <exception cref="OnnxImportException">A length in the file does not fit.</exception>
    /// <exception cref="InvalidProtocolBufferException">What is kept of the file is no ONNX model.</exception>
    public static (ModelProto Model, IReadOnlyDictionary<int, FileFloats> Weights) Read(string path)
    {
        using var file = new LeanModelFile(path);
        file.ReadModel();
        return (ModelProto.Parser.ParseFrom(file._kept.GetBuffer().AsSpan(0, (int)file._kept.Length)), file._weights);
    }

    /// <summary>The handle that the weights are read through stays open for as long as they are held.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _kept.Dispose();
    }

    private void ReadModel()
    {
        var length = _file.Length;
        while (_file.Position < length)
        {
            var tag = ReadTag(length);
            if (tag == Tag(ModelProto.GraphFieldNumber))
                ReadGraph(End(ReadVarint(), length));
            else
                Keep(_kept, tag, length);
        }
    }

    private void ReadGraph(long end)
    {
        while (_file.Position < end)
        {
            var tag = ReadTag(end);
            var piece = new MemoryStream();
            if (tag == Tag(GraphProto.InitializerFieldNumber))
                Write(piece, tag, ReadTensor(End(ReadVarint(), end)));
            else
                Keep(piece, tag, end);
            Write(_kept, Tag(ModelProto.GraphFieldNumber), piece);
        }
    }

    // What is large and float32 is remembered, all else kept.
    private MemoryStream ReadTensor(long end)
    {
        var kept = new MemoryStream();
        var large = new List<(uint Tag, long Offset, long Length)>();
        while (_file.Position < end)
        {
            var tag = ReadTag(end);
            if (tag != Tag(TensorProto.RawDataFieldNumber) && tag != Tag(TensorProto.FloatDataFieldNumber))
            {
                Keep(kept, tag, end);
                continue;
            }
            var dataEnd = End(ReadVarint(), end);
            large.Add((tag, _file.Position, dataEnd - _file.Position));
            _file.Position = dataEnd;
        }
        var isFloat = TensorProto.Parser.ParseFrom(kept.GetBuffer().AsSpan(0, (int)kept.Length)).DataType == (int)OnnxElementType.Float;
        if (large is [var only] && isFloat && only.Length >= LeastBytes && only.Length % sizeof(float) == 0)
        {
            _weights.Add(_initializers, new FileFloats(_handle, _path, only.Offset, only.Length));
        }
        else
        {
            foreach (var (tag, offset, length) in large)
            {
                _file.Position = offset;
                WriteVarint(kept, tag);
                WriteVarint(kept, (ulong)length);
                Copy(kept, length);
            }
            _file.Position = end;
        }
        _initializers++;
        return kept;
    }

    private void Keep(MemoryStream target, uint tag, long end)
    {
        WriteVarint(target, tag);
        switch (WireFormat.GetTagWireType(tag))
        {
            case WireFormat.WireType.Varint:
                WriteVarint(target, ReadVarint());
                break;
            case WireFormat.WireType.Fixed64:
                Copy(target, End(sizeof(ulong), end) - _file.Position);
                break;
            case WireFormat.WireType.Fixed32:
                Copy(target, End(sizeof(uint), end) - _file.Position);
                break;
            case WireFormat.WireType.LengthDelimited:
                var length = End(ReadVarint(), end) - _file.Position;
                WriteVarint(target, (ulong)length);
                Copy(target, length);
                break;
            default:
                throw Damaged();
        }
    }

    private void Copy(MemoryStream target, long length)
    {
        var start = checked((int)target.Length);
        target.SetLength(start + length);
        _file.ReadExactly(target.GetBuffer().AsSpan(start, (int)length));
        target.Position = target.Length;
    }

    private static void Write(MemoryStream target, uint tag, MemoryStream message)
    {
        WriteVarint(target, tag);
        WriteVarint(target, (ulong)message.Length);
        message.WriteTo(target);
    }

    private static void WriteVarint(MemoryStream target, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            target.WriteByte((byte)(value | 0x80));
        target.WriteByte((byte)value);
    }

    private static uint Tag(int field) => WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);

    private uint ReadTag(long end)
    {
        var tag = ReadVarint();
        return _file.Position <= end && tag is > 0 and <= uint.MaxValue ? (uint)tag : throw Damaged();
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = _file.ReadByte();
            if (next < 0)
                throw Damaged();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw Damaged();
    }

    /// <summary>Where something of that length ends, which must lie within what holds it.</summary>
    private long End(ulong length, long end)
        => _file.Position <= end && length <= (ulong)(end - _file.Position) ? _file.Position + (long)length : throw Damaged();

    private static OnnxImportException Damaged() => new OnnxImportException("The file is no ONNX file, or is damaged or cut short: a length in it does not fit.");
}
