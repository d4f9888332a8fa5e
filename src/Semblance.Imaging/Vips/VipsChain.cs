namespace Semblance.Imaging.Vips;

/// <summary>A row of operations, each on the image of the one before; releases all it made and leaves the first to its owner.</summary>
internal sealed class VipsChain(VipsImage first) : IDisposable
{
    private readonly List<VipsImage> _made = [];

    internal delegate VipsOperation Arguments(VipsOperation call);

    internal VipsImage Image { get; private set; } = first;

    internal void Then(string operation, Arguments arguments)
    {
        // libvips names the first image "in", except here.
        Image = arguments(new VipsOperation(operation).With(operation == "extract_area" ? "input" : "in", Image)).RunToImage();
        _made.Add(Image);
    }

    /// <summary>Stretches to an exact size; Lanczos 3, antialiased where it shrinks.</summary>
    internal void Resize(int width, int height)
    {
        if (Image.Width == width && Image.Height == height)
            return;
        Then("resize", call => call.With("scale", width / (double)Image.Width).With("vscale", height / (double)Image.Height).With("kernel", "lanczos3"));
    }

    public void Dispose()
    {
        for (var i = _made.Count - 1; i >= 0; i--)
            _made[i].Dispose();
    }
}
