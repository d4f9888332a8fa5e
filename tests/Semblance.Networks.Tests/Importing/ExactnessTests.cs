using Semblance.Networks.Onnx;
using Xunit;
using static Semblance.Networks.Onnx.OnnxGraphBuilder;

namespace Semblance.Networks.Tests.Importing;

/// <summary>What looks like a layer of the engine and computes something else is taken over as it is, or refused.</summary>
public sealed class ExactnessTests
{
    [Fact]
    public void A_division_by_the_length_may_have_a_least_length_close_to_nothing()
    {
        foreach (var bound in (Func<OnnxGraphBuilder, string, string>[])[(b, norm) => b.Node("Max", [b.Floats([1e-12f]), norm]), (b, norm) => b.Node("Clip", [norm, b.Floats([1e-7f])])])
        {
            var network = ImportCheck.Agrees(OperatorGraphs.Rows(6, (b, x) => b.Node("Div", [x, bound(b, Length(b, x))])));
            Assert.Equal([typeof(L2Normalize)], network.Nodes.Select(node => node.Layer.GetType()));
        }
    }

    [Fact]
    public void A_length_may_be_repeated_to_constant_sizes_of_the_input_only()
    {
        byte[] Repeated(params long[] sizes) => OperatorGraphs.Rows(6, (b, x) => b.Node("Div", [x, b.Node("Expand", [Length(b, x), b.Longs(sizes)])]));
        ImportCheck.Agrees(Repeated(1, 6));
        Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(Repeated(5, 1, 6)));
        Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(Repeated(7, 6)));
    }

    [Fact]
    public void A_division_by_a_length_that_is_changed_is_no_normalisation()
    {
        foreach (var change in (Func<OnnxGraphBuilder, string, string, string>[])
            [
                (b, norm, _) => b.Node("Clip", [norm, b.Floats([0.5f])]),
                (b, norm, _) => b.Node("Clip", [norm, b.Floats([1e-12f]), b.Floats([2f])]),
                (b, norm, x) => b.Node("Clip", [norm, b.Node("ReduceMax", [x], Integer("keepdims", 0))]),
                (b, norm, _) => b.Node("Max", [norm, b.Floats([1f])]),
                (b, norm, _) => b.Node("Max", [norm, b.Floats([1e-12f, 1, 1, 1, 1, 1], 6)]),
                (b, norm, x) => b.Node("Max", [norm, b.Node("Relu", [x])]),
                (b, _, x) => b.Node("Clip", [b.Node("ReduceL2", [x]), b.Floats([1e-12f])]),
            ])
        {
            Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(OperatorGraphs.Rows(6, (b, x) => b.Node("Div", [x, change(b, Length(b, x), x)]))));
        }
    }

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(1, 1, 3)]
    [InlineData(-1, 2, 3)]
    [InlineData(-1, 1, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(-2, 2, 1)]
    public void The_gain_of_a_layer_norm_lies_along_the_axis_of_the_norm_or_follows_it(int axis, int fromEnd, int layers)
    {
        int[] sizes = fromEnd == 2 ? [6, 1] : [6];
        var network = ImportCheck.Agrees(OperatorGraphs.Sequence(6, 6, (b, x) =>
        {
            string Mean(string of) => b.Node("ReduceMean", [of], Integers("axes", axis));
            var centred = b.Node("Sub", [x, Mean(x)]);
            var variance = Mean(b.Node("Pow", [centred, b.Floats([2f])]));
            var norm = b.Node("Div", [centred, b.Node("Sqrt", [b.Node("Add", [variance, b.Floats([1e-5f])])])]);
            return b.Node("Add", [b.Node("Mul", [norm, OperatorGraphs.W(b, sizes)]), b.Floats(OperatorGraphs.Numbers(2, 3), sizes)]);
        }));
        Assert.Equal(layers, network.Nodes.Count(node => node.Layer is not (Reshape or Transpose)));
        Assert.Single(network.Nodes, node => node.Layer is LayerNorm);
    }

    [Fact]
    public void A_mean_without_axes_is_over_the_batch_too_and_refused()
    {
        Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(OperatorGraphs.Picture(3, 4, 5, (b, x) => b.Node("ReduceMean", [x]))));
        Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(OperatorGraphs.Picture(3, 4, 5, (b, x) => b.Node("ReduceMean", [x, b.Longs()]))));
        var passed = OnnxImporter.Import(OperatorGraphs.Picture(3, 4, 5, (b, x) => b.Node("Relu", [b.Node("ReduceMean", [x, b.Longs()], Integer("noop_with_empty_axes", 1))])));
        Assert.Equal([typeof(Relu)], passed.Nodes.Select(node => node.Layer.GetType()));
    }

    [Theory]
    [InlineData("half_pixel", "round_prefer_floor", true)]
    [InlineData("half_pixel", "round_prefer_ceil", true)]
    [InlineData("half_pixel", null, true)]
    [InlineData("half_pixel", "floor", false)]
    [InlineData("pytorch_half_pixel", "ceil", false)]
    [InlineData("asymmetric", "ceil", false)]
    public void Nearest_pixels_are_repeated_or_refused(string coordinates, string? rounding, bool supported)
    {
        foreach (var factor in (float[])[2, 3])
        {
            var file = OperatorGraphs.Picture(3, 4, 5, (b, x) => b.Node("Resize", [x, "", b.Floats([1f, 1, factor, factor], 4)], [Text("mode", "nearest"), Text("coordinate_transformation_mode", coordinates), .. rounding is null ? (AttributeProto[])[] : [Text("nearest_mode", rounding)]]));
            if (supported)
                ImportCheck.Agrees(file);
            else
                Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(file));
        }
    }

    [Theory]
    [InlineData(1, 1, 6)]
    [InlineData(1, 1, 1)]
    public void A_constant_of_more_axes_than_the_tensor_is_refused(params int[] sizes)
        => Assert.Throws<OnnxImportException>(() => OnnxImporter.Import(OperatorGraphs.Rows(6, (b, x) => b.Node("Add", [x, OperatorGraphs.W(b, sizes)]))));

    [Fact]
    public void Windows_that_keep_the_size_share_a_layer_only_where_their_padding_is_the_same()
    {
        byte[] Twice(int size) => OperatorGraphs.Picture(3, size, size, (b, x) =>
        {
            var weight = OperatorGraphs.W(b, 3, 3, 3, 3);
            string Convolved(string of) => b.Node("Conv", [of, weight], Text("auto_pad", "SAME_UPPER"), Integers("strides", 2, 2));
            return Convolved(Convolved(x));
        });
        Assert.Equal(2, ImportCheck.Agrees(Twice(6)).Parameters.Count);
        Assert.Single(ImportCheck.Agrees(Twice(8)).Parameters);
    }

    private static string Length(OnnxGraphBuilder builder, string x) => builder.Node("ReduceL2", [x], Integers("axes", 1));
}
