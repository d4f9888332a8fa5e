using Semblance.Imaging;

namespace Semblance.Learning.DataSets;

internal sealed class DecodedPictureSource(string name, Picture picture) : PictureSource
{
    private readonly DecodeResult _result = DecodeResult.Success(picture);

    public override string Name => name;

    public override DecodeResult Decode(DecodeOptions options) => _result;
}
