namespace Semblance.Networks.Backbones;

/// <summary>Fully connected layers with ReLU over all pixels of a picture, or over vectors as pictures of one pixel.</summary>
internal static class Mlp
{
    public static Value Build(BackboneBuilder builder)
        => Hidden(builder, builder.Add(new Flatten(), builder.Pictures()));

    public static Value Hidden(BackboneBuilder builder, Value x)
    {
        for (var i = 0; i < builder.Options.Hidden.Count; i++)
            x = builder.Add(new Relu(), builder.Add(new Linear(builder.Scaled(builder.Options.Hidden[i])) { Name = $"hidden.{i}" }, x));
        return x;
    }
}
