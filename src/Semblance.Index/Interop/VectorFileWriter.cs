using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Semblance.Numerics;

namespace Semblance.Index.Interop;

/// <summary>Writes float32 rows in the formats that other programs read.</summary>
internal static class VectorFileWriter
{
    // The header of a .npy ends where the data may be mapped by any instruction set.
    private const int NpyAlignment = 64;

    public static void Write(string path, Matrix rows, CancellationToken cancellationToken)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Vector files are little-endian and this machine is not.");
        var extension = Path.GetExtension(path).ToLowerInvariant();
        var (header, prefix) = extension switch
        {
            ".fvecs" => ([], Int32Bytes(rows.Columns)),
            ".fbin" => ([.. Int32Bytes(rows.Rows), .. Int32Bytes(rows.Columns)], []),
            ".npy" => (NpyHeaderOf(rows), Array.Empty<byte>()),
            _ => throw new ArgumentException($"Vectors are written as .fvecs, .fbin or .npy, not as '{extension}'.", nameof(path)),
        };
        var beside = path + ".part";
        try
        {
            using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                file.Write(header);
                for (var row = 0; row < rows.Rows; row++)
                {
                    if (row % 4096 == 0)
                        cancellationToken.ThrowIfCancellationRequested();
                    file.Write(prefix);
                    file.Write(MemoryMarshal.AsBytes(rows.Row(row)));
                }
            }
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    private static byte[] Int32Bytes(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] NpyHeaderOf(Matrix rows)
    {
        var text = FormattableString.Invariant($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows.Rows}, {rows.Columns}), }}");
        const int before = 10;
        var length = ((before + text.Length + 1 + NpyAlignment - 1) / NpyAlignment * NpyAlignment) - before;
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)length, (byte)(length >> 8), .. Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n")];
    }
}
