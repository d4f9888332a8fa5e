using System.Globalization;
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
        private readonly Dictionary<NetworkNode, FoldPlan> _folds = [];
        private readonly HashSet<NetworkNode> _shortcuts = [];
        private readonly HashSet<string> _keptNames = new(StringComparer.Ordinal);

        // A layer that stands in several places with the same behind it is folded once, so that the places go on sharing weights.
        private readonly List<(Layer Source, IReadOnlyList<Layer> Maps, Activation Activation, Layer Folded)> _folded = [];

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
            FindFolds();
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
            if (IsLeftOut(node.Layer))
                _values[node.FirstOutput] = Input(node, 0);
            else if (_folds.TryGetValue(node, out var fold))
                AddFolded(node, fold);
            else
                Copy(node);
        }

        private void Copy(NetworkNode node)
        {
            var outputs = _target.AddAll(node.Layer, [.. node.Inputs.Select(input => _values[input]!.Value)]);
            for (var i = 0; i < outputs.Count; i++)
                _values[node.FirstOutput + i] = outputs[i];
        }

        // What goes into each convolution and linear layer. Known before anything is added: a layer may stand in several places, and
        // where it is kept as it is, it keeps its name.
        private void FindFolds()
        {
            var absorbed = new HashSet<NetworkNode>();
            foreach (var node in _nodes.Where(node => !absorbed.Contains(node)))
            {
                if (node.Layer is (Convolution { Activation: Activation.None } or Linear) && FoldOf(node) is { } fold)
                {
                    _folds.Add(node, fold);
                    absorbed.UnionWith(fold.Absorbed);
                    if (fold.Shortcut is { } shortcut)
                        _shortcuts.Add(shortcut);
                }
                else if (!_shortcuts.Contains(node) && !IsLeftOut(node.Layer))
                {
                    _keptNames.Add(node.Layer.Name);
                }
            }
        }

        private FoldPlan? FoldOf(NetworkNode node)
        {
            var features = new FoldedFeatures(node.Layer);
            var absorbed = new List<NetworkNode>();
            var maps = new List<Layer>();
            var (last, activation) = (node.FirstOutput, Activation.None);
            while (activation == Activation.None && Reader(last) is { } next && features.TryFold(next.Layer))
            {
                maps.Add(next.Layer);
                // The shortcut may be computed later; it is added when its turn has come.
                if (next.Inputs.Length > 1)
                    return new FoldPlan(features, maps, absorbed, Activation.None, next);
                absorbed.Add(next);
                last = next.FirstOutput;
                activation = next.Layer is BatchNorm norm ? norm.Activation : Activation.None;
            }
            if (activation == Activation.None && node.Layer is Convolution && Reader(last) is { } reader && ActivationOf(reader.Layer) is var following and not Activation.None)
            {
                activation = following;
                absorbed.Add(reader);
            }
            return absorbed.Count > 0 ? new FoldPlan(features, maps, absorbed, activation, null) : null;
        }

        private void AddFolded(NetworkNode node, FoldPlan fold)
        {
            var inner = node.Layer is Convolution ? fold.Activation : Activation.None;
            var known = _folded.Find(one => one.Source == node.Layer && one.Activation == inner && one.Maps.SequenceEqual(fold.Maps));
            Value value;
            if (known.Folded is not null)
            {
                value = _target.Add(known.Folded, Input(node, 0));
            }
            else
            {
                (var folded, value) = fold.Features.AddTo(_target, FreeName(node.Layer.Name), Input(node, 0), inner);
                _folded.Add((node.Layer, fold.Maps, inner, folded));
            }
            if (node.Layer is not Convolution)
                value = Activated(value, fold.Activation, node.Layer.Name);
            _values[node.FirstOutput] = value;
            // These have their value then, so that they are not added again.
            foreach (var absorbed in fold.Absorbed)
                _values[absorbed.FirstOutput] = value;
        }

        private void AddShortcut(NetworkNode node)
        {
            var sum = _target.Add(new Add { Name = FreeName(node.Layer.Name) }, Input(node, 0), Input(node, 1));
            _values[node.FirstOutput] = Activated(sum, ((BatchNorm)node.Layer).Activation, node.Layer.Name);
        }

        private Value Activated(Value value, Activation activation, string name)
        {
            name = FreeName(name + ".activation");
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

        // The name itself, unless a layer of the new network has it or will keep it.
        private string FreeName(string name)
        {
            var free = name;
            for (var number = 2; _keptNames.Contains(free) || !_target.IsNameFree(free); number++)
                free = string.Create(CultureInfo.InvariantCulture, $"{name}.{number}");
            return free;
        }

        private static bool IsLeftOut(Layer layer) => layer is Dropout or StopGradient;

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

        /// <param name="Maps">Layers that become part of the weights, in their order.</param>
        /// <param name="Absorbed">Nodes that have the folded layer's value.</param>
        /// <param name="Shortcut">A normalisation that adds another value after it; only its sum and activation are left.</param>
        private sealed record FoldPlan(FoldedFeatures Features, IReadOnlyList<Layer> Maps, IReadOnlyList<NetworkNode> Absorbed, Activation Activation, NetworkNode? Shortcut);
    }
}
