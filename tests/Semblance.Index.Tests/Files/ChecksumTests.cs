using System.IO.Hashing;
using System.Text;
using Semblance.Index.Files;
using Xunit;

namespace Semblance.Index.Tests.Files;

/// <summary>The checksum in index files is xxHash64 with seed 0; a file written by any version must stay readable.</summary>
public sealed class ChecksumTests
{
    // Published with the reference implementation.
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void Equals_published_values(string text, ulong expected) => Assert.Equal(expected, XxHash64.HashToUInt64(Encoding.ASCII.GetBytes(text)));

    // Around the hash's step of 32 bytes, from an implementation of the specification apart from this project's.
    [Theory]
    [InlineData(31, 0x4A74F3A1A39AD4A1)]
    [InlineData(32, 0x8D57D6A4671CC43D)]
    [InlineData(33, 0x62C9FD21ED857664)]
    [InlineData(63, 0x5C320A0D2707057F)]
    [InlineData(100, 0xEFA0AD2D3E70C151)]
    [InlineData(1000, 0x99594F4828043D35)]
    [InlineData(4099, 0x98531E44AA4F969D)]
    public void A_section_written_in_pieces_has_the_checksum_of_the_whole(int length, ulong expected)
    {
        var data = new byte[length];
        for (var i = 0; i < length; i++)
            data[i] = (byte)((i * 31) + 7);
        var sink = new IndexSectionSink(new MemoryStream());
        for (var done = 0; done < length; done += 29)
            sink.Write(data.AsSpan(done, Math.Min(29, length - done)));
        Assert.Equal(expected, sink.Hash);
    }
}
