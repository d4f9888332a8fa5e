using Semblance.Networks;

namespace Semblance.Benchmarks.Training;

/// <summary>Finds the parameter that has the place of one of PyTorch's, and reorders its numbers.</summary>
internal sealed class PeerNames
{
    private readonly Dictionary<string, (Layer Layer, Parameter Parameter)> _parameters = new(StringComparer.Ordinal);

    public PeerNames(Network network)
    {
        foreach (var layer in network.Nodes.Select(node => node.Layer).Distinct())
        {
            foreach (var parameter in layer.Parameters)
                _parameters.Add(parameter.Name, (layer, parameter));
        }
    }

    public int Count => _parameters.Count;

    /// <exception cref="InvalidDataException">The network has no such parameter, or it has another shape.</exception>
    public Parameter Find(string name, int[] shape)
    {
        var (layer, parameter) = Entry(name);
        var expected = FileAxes(layer, shape).Select(axis => shape[axis]);
        return parameter.Shape.SequenceEqual(expected)
            ? parameter
            : throw new InvalidDataException($"'{name}' is [{string.Join(", ", shape)}] in PyTorch and '{parameter.Name}' is {parameter.Shape}.");
    }

    /// <summary>PyTorch's numbers in the order of the parameter's.</summary>
    public float[] Reorder(string name, int[] shape, ReadOnlySpan<float> values) => Permute(values, shape, FileAxes(Entry(name).Layer, shape));

    /// <summary>Pictures [n, c, h, w] to [n, h, w, c]; everything else as it is.</summary>
    public static float[] ReorderPictures(int[] shape, ReadOnlySpan<float> values) => Permute(values, shape, shape.Length == 4 ? [0, 2, 3, 1] : [.. Enumerable.Range(0, shape.Length)]);

    private (Layer Layer, Parameter Parameter) Entry(string name)
    {
        var dot = name.LastIndexOf('.');
        var (module, role) = (name[..dot], name[(dot + 1)..]);
        string[] candidates = role switch
        {
            // The linear layers within a squeeze-and-excitation are parameters of one layer here: the module's own name, or with _bias.
            "weight" => [".weight", ".scale", ""],
            "bias" => [".bias", ".shift", "_bias"],
            "running_mean" => [".mean"],
            "running_var" => [".variance"],
            _ => ["." + role],
        };
        foreach (var candidate in candidates)
        {
            if (_parameters.TryGetValue(module + candidate, out var entry))
                return entry;
        }
        throw new InvalidDataException($"No parameter has the place of PyTorch's '{name}'.");
    }

    // Kernels [out, in, h, w] are [h, w, in, out] here, weights [out, in] are [in, out]; a table's rows stay rows.
    private static int[] FileAxes(Layer layer, int[] shape) => shape.Length switch
    {
        4 => [2, 3, 1, 0],
        2 when layer is not Embedding => [1, 0],
        _ => [.. Enumerable.Range(0, shape.Length)],
    };

    private static float[] Permute(ReadOnlySpan<float> values, int[] shape, int[] axes)
    {
        var strides = new int[shape.Length];
        for (int axis = shape.Length - 1, stride = 1; axis >= 0; stride *= shape[axis], axis--)
            strides[axis] = stride;
        var result = new float[values.Length];
        var index = new int[axes.Length];
        var source = 0;
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = values[source];
            for (var axis = axes.Length - 1; axis >= 0; axis--)
            {
                source += strides[axes[axis]];
                if (++index[axis] < shape[axes[axis]])
                    break;
                source -= strides[axes[axis]] * shape[axes[axis]];
                index[axis] = 0;
            }
        }
        return result;
    }
}
