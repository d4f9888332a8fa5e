using Semblance.Imaging;

namespace Semblance.Learning.DataSets;

internal sealed class FilePictureSource(string path, string name) : PictureSource
{
    public override string Name => name;

    public override DecodeResult Decode(DecodeOptions options) => PictureDecoder.Shared.DecodeFile(path, options);
}
