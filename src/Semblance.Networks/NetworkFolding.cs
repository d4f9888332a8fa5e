using Semblance.Networks.Execution;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// A trained network as it is best run: normalisations behind convolutions and linear layers become part of their weights, activations
/// part of the convolutions, and dropout is gone. Outputs agree with inference on the original up to rounding.
/// </summary>
public static class NetworkFolding
{
    /// <summary>
    /// A new network with the inputs and outputs of <paramref name="network"/>, which stays as it is. Layers that nothing is folded
    /// into are shared by both.
    /// </summary>
    /// <remarks>What no output depends on is left out. Training the original afterwards leaves the folded weights behind: fold again.</remarks>
    public static Network Fold(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new Folding(network).Run();
    }

    private sealed class Folding
    {
        private readonly Network _source;
        private readonly Network _target = new() { DrawsWeights = false };
        private readonly List<NetworkNode> _nodes;
        private readonly NetworkNode?[] _onlyReaders;
        private readonly Value?[] _values;
        private readonly HashSet<NetworkNode> _shortcuts = [];

        public Folding(Network source)
        {
            _source = source;
            _nodes = NetworkExporter.Needed(source);
            _values = new Value?[source.ValueCount];
            _onlyReaders = new NetworkNode?[source.ValueCount];
            var uses = new int[source.ValueCount];
            foreach (var (_, value) in source.Outputs)
                uses[value]++;
            foreach (var node in _nodes)
            {
                foreach (var input in node.Inputs)
                {
                    uses[input]++;
                    _onlyReaders[input] = node;
                }
            }
            for (var value = 0; value < uses.Length; value++)
            {
                if (uses[value] != 1)
                    _onlyReaders[value] = null;
            }
            foreach (var (_, value) in source.Outputs)
                _onlyReaders[value] = null;
        }

        public Network Run()
        {
            foreach (var (name, value) in _source.Inputs)
                _values[value] = _target.Input(name, _source.NominalShape(value));
            foreach (var node in _nodes)
            {
                // Nodes that were folded into an earlier one have their value already.
                if (_shortcuts.Contains(node))
                    AddShortcut(node);
                else if (_values[node.FirstOutput] is null)
                    Add(node);
            }
            foreach (var (name, value) in _source.Outputs)
                _target.Output(name, _values[value]!.Value);
            _target.DrawsWeights = true;
            return _target;
        }

        private void Add(NetworkNode node)
        {
            switch (node.Layer)
            {
                case Dropout or StopGradient:
                    _values[node.FirstOutput] = Input(node, 0);
                    break;
                case Convolution { Activation: Activation.None } or Linear:
                    AddFolded(node);
                    break;
                default:
                    Copy(node);
                    break;
            }
        }

        private void Copy(NetworkNode node)
        {
            var outputs = _target.AddAll(node.Layer, [.. node.Inputs.Select(input => _values[input]!.Value)]);
            for (var i = 0; i < outputs.Count; i++)
                _values[node.FirstOutput + i] = outputs[i];
        }

        private void AddFolded(NetworkNode node)
        {
            var features = new FoldedFeatures(node.Layer);
            var (last, activation) = (node.FirstOutput, Activation.None);
            while (activation == Activation.None && Reader(last) is { } next && features.TryFold(next.Layer))
            {
                if (next.Inputs.Length > 1)
                {
                    // The shortcut may be computed later; it is added when its turn has come.
                    _values[last] = _values[node.FirstOutput] = features.AddTo(_target, Input(node, 0), Activation.None);
                    _shortcuts.Add(next);
                    return;
                }
                last = next.FirstOutput;
                activation = next.Layer is BatchNorm norm ? norm.Activation : Activation.None;
            }
            if (activation == Activation.None && node.Layer is Convolution && Reader(last) is { } reader && ActivationOf(reader.Layer) is var following and not Activation.None)
                (activation, last) = (following, reader.FirstOutput);
            if (last == node.FirstOutput)
            {
                Copy(node);
                return;
            }
            var value = features.AddTo(_target, Input(node, 0), node.Layer is Convolution ? activation : Activation.None);
            if (node.Layer is not Convolution)
                value = Activated(value, activation, node.Layer.Name);
            _values[node.FirstOutput] = _values[last] = value;
            MarkBetween(node.FirstOutput, last, value);
        }

        // Nodes in between have their value too, so that they are not added again.
        private void MarkBetween(int first, int last, Value value)
        {
            for (var at = first; at != last;)
            {
                at = _onlyReaders[at]!.FirstOutput;
                _values[at] = value;
            }
        }

        private void AddShortcut(NetworkNode node)
        {
            var sum = _target.Add(new Add { Name = node.Layer.Name }, Input(node, 0), Input(node, 1));
            _values[node.FirstOutput] = Activated(sum, ((BatchNorm)node.Layer).Activation, node.Layer.Name);
        }

        private Value Activated(Value value, Activation activation, string name)
        {
            name += ".activation";
            Layer? layer = activation switch
            {
                Activation.None => null,
                Activation.Relu => new Relu { Name = name },
                Activation.Relu6 => new Relu6 { Name = name },
                Activation.LeakyRelu => new LeakyRelu { Name = name },
                Activation.HardSwish => new HardSwish { Name = name },
                Activation.Swish => new Swish { Name = name },
                Activation.Sigmoid => new Sigmoid { Name = name },
                Activation.Tanh => new Tanh { Name = name },
                Activation.Gelu => new Gelu { Name = name },
                _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "No such activation."),
            };
            return layer is null ? value : _target.Add(layer, value);
        }

        private Value Input(NetworkNode node, int index) => _values[node.Inputs[index]]!.Value;

        // Who reads a value, if it is one node only, as its first input, and the value is no output.
        private NetworkNode? Reader(int value) => _onlyReaders[value] is { } reader && reader.Inputs[0] == value ? reader : null;

        private static Activation ActivationOf(Layer layer) => layer switch
        {
            Relu => Activation.Relu,
            Relu6 => Activation.Relu6,
            LeakyRelu { Slope: ActivationFunctions.LeakySlope } => Activation.LeakyRelu,
            HardSwish => Activation.HardSwish,
            Swish => Activation.Swish,
            Sigmoid => Activation.Sigmoid,
            Tanh => Activation.Tanh,
            Gelu => Activation.Gelu,
            _ => Activation.None,
        };
    }
}
