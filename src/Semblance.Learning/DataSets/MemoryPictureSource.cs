using Semblance.Imaging;

namespace Semblance.Learning.DataSets;

internal sealed class MemoryPictureSource(string name, ReadOnlyMemory<byte> bytes) : PictureSource
{
    public override string Name => name;

    public override DecodeResult Decode(DecodeOptions options) => PictureDecoder.Shared.Decode(bytes, options);
}
