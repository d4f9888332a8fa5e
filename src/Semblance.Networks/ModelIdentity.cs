using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Semblance.Networks;

/// <summary>
/// What makes a model the model it is: its weights and all that its manifest says about the way from a picture to a vector. Vectors of
/// two models with equal identities may be compared; name, origin and licence do not matter.
/// </summary>
public static class ModelIdentity
{
    /// <summary>Lower-case hex of a SHA-256; the network enters by the hash in its manifest, which opening it verifies.</summary>
    public static string OfNetwork(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var input = manifest.Input;
        var text = new StringBuilder("network 1\n").Append(manifest.Sha256).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"{input.Width} {input.Height} {input.Channels} {input.Layout} {input.Scale:R} {input.Resize} {manifest.Normalise}\n");
        foreach (var number in input.Mean.Concat(input.Std))
            text.Append(CultureInfo.InvariantCulture, $"{number:R} ");
        foreach (var tap in manifest.Taps)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{tap.Output} {tap.Pooling} {(tap.Pooling == Pooling.Gem ? tap.GemP : 0):R}");
            // Galleries of before there were weights keep their model's hash.
            if (tap.Weight != 1)
                text.Append(CultureInfo.InvariantCulture, $" {tap.Weight:R}");
        }
        if (manifest.Kind == SpaceKind.Bits)
            text.Append("\nbits");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
