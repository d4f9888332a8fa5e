using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Semblance.Index.Rows;

/// <summary>
/// The ids of a block's rows by frame of reference: for each <see cref="GroupRows"/> rows a base and one width of 0, 1, 2, 4 or 8 bytes
/// for what each row's id minus its place in the group exceeds it. Consecutive ids take 0.2 bytes a row, ids shuffled among
/// 65,536 neighbours 2.2, ids without order 8.2. Reading one stays a few instructions. Immutable.
/// </summary>
internal sealed unsafe class PackedIds
{
    /// <summary>Divides the rows of every block.</summary>
    public const int GroupRows = 64;

    private readonly long[]? _ownBases;
    private readonly byte[]? _ownData;
    private readonly byte[] _widths;
    private readonly uint[] _offsets; // Of the groups, from the start of the block's data.
    private readonly long* _bases;
    private readonly byte* _data;

    public PackedIds(ReadOnlySpan<long> ids)
    {
        var groups = Groups(ids.Length);
        _ownBases = GC.AllocateUninitializedArray<long>(groups, pinned: true);
        _widths = new byte[groups];
        for (var group = 0; group < groups; group++)
            (_ownBases[group], _widths[group]) = Frame(GroupOf(ids, group));
        _offsets = Offsets(_widths, ids.Length, out var length);
        _ownData = GC.AllocateUninitializedArray<byte>(checked((int)length), pinned: true);
        for (var group = 0; group < groups; group++)
            Pack(GroupOf(ids, group), _ownBases[group], _widths[group], _ownData.AsSpan((int)_offsets[group]));
        _bases = (long*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_ownBases));
        _data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_ownData));
        BytesHeld = length + (groups * (sizeof(long) + sizeof(byte) + sizeof(uint)));
    }

    /// <summary>Ids in mapped memory, which the caller keeps mapped. The widths have been checked; bases may be anything.</summary>
    public PackedIds(long* bases, byte[] widths, byte* data, int rows, out long length)
    {
        _bases = bases;
        _widths = widths;
        _data = data;
        _offsets = Offsets(widths, rows, out length);
        BytesHeld = length + (widths.Length * (sizeof(long) + sizeof(byte) + sizeof(uint)));
    }

    public long BytesHeld { get; }

    public long this[int row]
    {
        get
        {
            var group = row / GroupRows;
            var place = row % GroupRows;
            var data = _data + _offsets[group];
            return unchecked(_bases[group] + place + _widths[group] switch
            {
                0 => 0,
                1 => data[place],
                2 => Unsafe.ReadUnaligned<ushort>(data + (2 * place)),
                4 => Unsafe.ReadUnaligned<uint>(data + (4 * place)),
                _ => Unsafe.ReadUnaligned<long>(data + (8 * place)),
            });
        }
    }

    public static int Groups(int rows) => (rows + GroupRows - 1) / GroupRows;

    /// <summary>Base and width of one group.</summary>
    public static (long Base, byte Width) Frame(ReadOnlySpan<long> ids)
    {
        var (least, most) = (long.MaxValue, long.MinValue);
        for (var i = 0; i < ids.Length; i++)
        {
            least = Math.Min(least, ids[i] - i);
            most = Math.Max(most, ids[i] - i);
        }
        // As unsigned, the difference is right even for ids that only a damaged file can hold.
        return (least, unchecked((ulong)(most - least)) switch
        {
            0 => 0,
            <= byte.MaxValue => 1,
            <= ushort.MaxValue => 2,
            <= uint.MaxValue => 4,
            _ => 8,
        });
    }

    public static bool IsWidth(byte width) => width is 0 or 1 or 2 or 4 or 8;

    public static void Pack(ReadOnlySpan<long> ids, long origin, byte width, Span<byte> data)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            var excess = ids[i] - i - origin;
            switch (width)
            {
                case 0:
                    return;
                case 1:
                    data[i] = (byte)excess;
                    break;
                case 2:
                    Unsafe.WriteUnaligned(ref data[2 * i], (ushort)excess);
                    break;
                case 4:
                    Unsafe.WriteUnaligned(ref data[4 * i], (uint)excess);
                    break;
                default:
                    Unsafe.WriteUnaligned(ref data[8 * i], excess);
                    break;
            }
        }
    }

    private static ReadOnlySpan<long> GroupOf(ReadOnlySpan<long> ids, int group) =>
        ids.Slice(group * GroupRows, Math.Min(GroupRows, ids.Length - (group * GroupRows)));

    private static uint[] Offsets(byte[] widths, int rows, out long length)
    {
        var offsets = new uint[widths.Length];
        length = 0;
        for (var group = 0; group < widths.Length; group++)
        {
            offsets[group] = checked((uint)length);
            length += (long)widths[group] * Math.Min(GroupRows, rows - (group * GroupRows));
        }
        return offsets;
    }
}
