using Semblance.Networks.Onnx;

namespace Semblance.Networks.Recognition;

/// <summary>
/// What the names of a network make likely of its feeding, where no norm tells: who trained it usually follows from who wrote the file and
/// what the network is called.
/// </summary>
internal static class FeedingHints
{
    // The first that fits. Keras feeds each of its families in a way of its own (keras.applications, preprocess_input).
    private static readonly (Func<Names, bool> Fits, Feeding Feeding, string Reason)[] s_rules =
    [
        (names => names.Has("clip"), Feeding.Clip, "it is called after CLIP"),
        (names => names.IsBy("cntk"), Feeding.Caffe, "CNTK wrote it"),
        (names => names.IsBy("caffe"), Feeding.Caffe, "it comes from Caffe"),
        (names => names.IsOfTensorFlow && names.Has("efficientnet", "mobilenetv3", "mobilenet_v3", "convnext", "regnet"), Feeding.Levels, "Keras networks of this family scale the colours themselves"),
        (names => names.IsOfTensorFlow && names.Has("resnet50v2", "resnet101v2", "resnet152v2", "inception", "mobilenet", "xception", "nasnet"), Feeding.Signed, "TensorFlow's networks of this family take colours from -1 to 1"),
        (names => names.IsOfTensorFlow && names.Has("densenet"), Feeding.ImageNet, "Keras feeds this family as PyTorch does"),
        (names => names.IsOfTensorFlow && names.Has("resnet", "vgg"), Feeding.Caffe, "Keras feeds this family as Caffe does"),
        (names => names.IsOfTensorFlow, Feeding.Signed, "most of TensorFlow's networks take colours from -1 to 1"),
        (names => names.Has("inception", "xception"), Feeding.Signed, "networks of this family take colours from -1 to 1"),
        (names => names.IsBy("pytorch"), Feeding.ImageNet, "PyTorch wrote it"),
    ];

    /// <param name="name">Of the file or model.</param>
    public static (Feeding Feeding, string Reason) Of(ModelProto model, string name, TensorLayout layout)
    {
        var names = new Names(model.ProducerName.ToLowerInvariant(), $"{name} {model.Graph.Name}".ToLowerInvariant(), layout == TensorLayout.Nhwc);
        foreach (var (fits, feeding, reason) in s_rules)
        {
            if (fits(names))
                return (feeding, reason);
        }
        return (Feeding.ImageNet, "most picture networks are fed so");
    }

    private sealed record Names(string Producer, string Network, bool IsChannelsLast)
    {
        public bool IsOfTensorFlow => IsChannelsLast || IsBy("tf2onnx", "keras", "tensorflow", "tflite");

        public bool IsBy(params ReadOnlySpan<string> producers) => HasAny(Producer, producers);

        public bool Has(params ReadOnlySpan<string> words) => HasAny(Network, words);

        private static bool HasAny(string text, ReadOnlySpan<string> words)
        {
            foreach (var word in words)
            {
                if (text.Contains(word, StringComparison.Ordinal))
                    return true;
            }
            return false;
        }
    }
}
