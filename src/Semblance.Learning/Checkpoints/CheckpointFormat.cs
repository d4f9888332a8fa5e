namespace Semblance.Learning.Checkpoints;

/// <summary>What begins an entry; its name follows.</summary>
internal enum EntryKind : byte
{
    /// <summary>No entry: the checksum comes next.</summary>
    End,

    /// <summary>Rank (byte), sizes (int32 each), float32 values.</summary>
    Singles,

    /// <summary>int64.</summary>
    Integer,

    /// <summary>float64.</summary>
    Real,

    /// <summary>Length in bytes (int32), UTF-8.</summary>
    Text,
}

internal static class CheckpointFormat
{
    public const int Version = 1;

    public static ReadOnlySpan<byte> Magic => "SEMBLCKP"u8;

    public static int HeaderLength => Magic.Length + sizeof(int);
}
