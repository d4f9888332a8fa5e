using System.Text;
using Semblance.Index.Files;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests.Files;

public sealed class XxHash64Tests
{
    // Published with the reference implementation.
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void Equals_published_values(string text, ulong expected) => Assert.Equal(expected, XxHash64.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Pieces_give_the_hash_of_the_whole()
    {
        var random = new SeededRandom(1);
        var data = new byte[1000];
        for (var i = 0; i < data.Length; i++)
            data[i] = (byte)random.NextInt(256);
        for (var round = 0; round < 200; round++)
        {
            var length = random.NextInt(data.Length + 1);
            var hash = new XxHash64();
            for (var done = 0; done < length;)
            {
                var piece = Math.Min(random.NextInt(80), length - done);
                hash.Append(data.AsSpan(done, piece));
                done += piece;
            }
            Assert.Equal(XxHash64.Of(data.AsSpan(0, length)), hash.Value());
        }
    }
}
