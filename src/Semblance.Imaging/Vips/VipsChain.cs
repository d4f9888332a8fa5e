namespace Semblance.Imaging.Vips;

/// <summary>A row of operations, each on the image of the one before; releases all it made and leaves the first to its owner.</summary>
internal sealed class VipsChain(VipsImage first) : IDisposable
{
    private readonly List<VipsImage> _made = [];

    internal delegate VipsOperation Arguments(VipsOperation call);

    internal VipsImage Image { get; private set; } = first;

    internal void Then(string operation, Arguments arguments)
    {
        // libvips names the first image "in", with exceptions.
        Take(arguments(new VipsOperation(operation).With(operation is "extract_area" or "subsample" ? "input" : "in", Image)).RunToImage());
    }

    /// <summary>Goes on with an image made elsewhere, of this chain's images perhaps, and releases it with the others.</summary>
    internal void Take(VipsImage image)
    {
        Image = image;
        _made.Add(image);
    }

    /// <summary>Goes back to an earlier image of this chain.</summary>
    internal void Restart(VipsImage image) => Image = image;

    /// <summary>Stretches to an exact size; Lanczos 3, antialiased where it shrinks.</summary>
    internal void Resize(int width, int height)
    {
        if (Image.Width == width && Image.Height == height)
            return;
        Then("resize", call => call.With("scale", width / (double)Image.Width).With("vscale", height / (double)Image.Height).With("kernel", "lanczos3"));
    }

    /// <summary>Turns stored pixels upright: EXIF 2.3, tag 0x0112.</summary>
    internal void Turn(int orientation)
    {
        var angle = orientation switch
        {
            3 => "d180",
            5 or 6 => "d90",
            7 or 8 => "d270",
            _ => null,
        };
        if (angle is not null)
            Then("rot", call => call.With("angle", angle));
        if (orientation is 2 or 4 or 5 or 7)
            Then("flip", call => call.With("direction", orientation == 4 ? "vertical" : "horizontal"));
    }

    public void Dispose()
    {
        for (var i = _made.Count - 1; i >= 0; i--)
            _made[i].Dispose();
    }
}
