using System.Globalization;
using Semblance.Networks.Execution;
using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// A trained network as it is best run: normalisations behind convolutions and linear layers become part of their weights, activations
/// and the additions that end residual blocks part of the convolutions, and dropout is gone. Outputs agree with inference on the original up to rounding.
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

        // Additions of a shortcut, with the layer in front of them that is folded; and what is folded into such additions.
        private readonly Dictionary<NetworkNode, NetworkNode> _shortcuts = [];
        private readonly HashSet<NetworkNode> _later = [];
        private readonly HashSet<string> _keptNames = new(StringComparer.Ordinal);

        // A layer that stands in several places with the same behind it is folded once, so that the places go on sharing weights.
        private readonly List<(Layer Source, IReadOnlyList<Layer> Maps, Activation Activation, bool Adds, Layer Folded)> _folded = [];

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
                if (_shortcuts.TryGetValue(node, out var front))
                    AddShortcut(node, front, _folds[front]);
                else if (_values[node.FirstOutput] is null && !_later.Contains(node))
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
                if (node is { Layer: Convolution { Activation: Activation.None } or Linear, Inputs.Length: 1 } && FoldOf(node) is { } fold)
                {
                    _folds.Add(node, fold);
                    absorbed.UnionWith(fold.Absorbed);
                    if (fold.Shortcut is not { } shortcut)
                        continue;
                    _shortcuts.Add(shortcut, node);
                    // The shortcut may be computed later: all is added when its turn has come.
                    _later.Add(node);
                    _later.UnionWith(fold.Absorbed);
                }
                else if (!_shortcuts.ContainsKey(node) && !IsLeftOut(node.Layer))
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
            var isConvolution = node.Layer is Convolution;
            var (last, activation) = (node.FirstOutput, Activation.None);
            NetworkNode? shortcut = null;
            while (activation == Activation.None && shortcut is null && Reader(last) is { } next && features.TryFold(next.Layer))
            {
                maps.Add(next.Layer);
                activation = next.Layer is BatchNorm norm ? norm.Activation : Activation.None;
                if (next.Inputs.Length > 1)
                    shortcut = next;
                else
                    absorbed.Add(next);
                last = next.FirstOutput;
            }
            if (activation == Activation.None && shortcut is null && node.Layer is Convolution { Groups: 1 } && _onlyReaders[last] is { Inputs.Length: 2 } sum && sum.Layer is Add && !_shortcuts.ContainsKey(sum))
            {
                shortcut = sum;
                last = sum.FirstOutput;
            }
            if (activation == Activation.None && isConvolution && Reader(last) is { } reader && ActivationOf(reader.Layer) is var following and not Activation.None)
            {
                activation = following;
                absorbed.Add(reader);
            }
            return absorbed.Count > 0 || shortcut is not null ? new FoldPlan(features, maps, absorbed, activation, shortcut) : null;
        }

        private void AddFolded(NetworkNode node, FoldPlan fold)
        {
            var inner = node.Layer is Convolution ? fold.Activation : Activation.None;
            var value = AddFolded(node, fold, inner, Input(node, 0));
            if (node.Layer is not Convolution)
                value = Activated(value, fold.Activation, node.Layer.Name);
            SetValues(fold, node.FirstOutput, value);
        }

        private Value AddFolded(NetworkNode node, FoldPlan fold, Activation activation, params Value[] inputs)
        {
            var known = _folded.Find(one => one.Source == node.Layer && one.Activation == activation && one.Adds == inputs.Length > 1 && one.Maps.SequenceEqual(fold.Maps));
            if (known.Folded is not null)
                return _target.Add(known.Folded, inputs);
            var (folded, value) = fold.Features.AddTo(_target, FreeName(node.Layer.Name), activation, inputs);
            _folded.Add((node.Layer, fold.Maps, activation, inputs.Length > 1, folded));
            return value;
        }

        private void AddShortcut(NetworkNode sum, NetworkNode node, FoldPlan fold)
        {
            // Which of an addition's inputs the folded layer makes; a normalisation adds its second.
            var other = Input(sum, sum.Inputs[1] == LastOf(node, fold) ? 0 : 1);
            var value = node.Layer is Convolution { Groups: 1 }
                ? AddFolded(node, fold, fold.Activation, Input(node, 0), other)
                : Activated(_target.Add(new Add { Name = FreeName(sum.Layer.Name) }, AddFolded(node, fold, Activation.None, Input(node, 0)), other), fold.Activation, sum.Layer.Name);
            SetValues(fold, sum.FirstOutput, value);
        }

        // The value in front of the shortcut's addition.
        private static int LastOf(NetworkNode node, FoldPlan fold)
            => fold.Absorbed.LastOrDefault(absorbed => fold.Maps.Contains(absorbed.Layer))?.FirstOutput ?? node.FirstOutput;

        // What is absorbed has a value then, so that it is not added again.
        private void SetValues(FoldPlan fold, int output, Value value)
        {
            _values[output] = value;
            foreach (var absorbed in fold.Absorbed)
                _values[absorbed.FirstOutput] = value;
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
        /// <param name="Shortcut">An addition of another value, or a normalisation that adds one after it; the activation follows it.</param>
        private sealed record FoldPlan(FoldedFeatures Features, IReadOnlyList<Layer> Maps, IReadOnlyList<NetworkNode> Absorbed, Activation Activation, NetworkNode? Shortcut);
    }
}
