using System.Text.Json.Serialization;

namespace Semblance.Reports;

/// <summary>
/// How the records of this project are written as JSON: keys in snake case, null members written. The keys are a contract; a record is the
/// only place where a shape stands.
/// </summary>
/// <remarks>Writers alone: what describes members one by one is compiled anew in each process, 30 ms for a command that prints once.</remarks>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(AnnRecord))]
[JsonSerializable(typeof(DemoRecord))]
[JsonSerializable(typeof(DuplicateGroupRecord))]
[JsonSerializable(typeof(DuplicateLineRecord))]
[JsonSerializable(typeof(DuplicateStepRecord))]
[JsonSerializable(typeof(EmojiDemoRecord))]
[JsonSerializable(typeof(ErrorRecord))]
[JsonSerializable(typeof(EvaluationRecord))]
[JsonSerializable(typeof(ExplainedHitRecord))]
[JsonSerializable(typeof(ExplanationRecord))]
[JsonSerializable(typeof(FailureRecord))]
[JsonSerializable(typeof(FormatRecord))]
[JsonSerializable(typeof(HitRecord))]
[JsonSerializable(typeof(IndexRecord))]
[JsonSerializable(typeof(ItemRecord))]
[JsonSerializable(typeof(ModelAddedRecord))]
[JsonSerializable(typeof(ModelRecord))]
[JsonSerializable(typeof(ModelRemovedRecord))]
[JsonSerializable(typeof(RestoredRecord))]
[JsonSerializable(typeof(SnapshotRecord))]
[JsonSerializable(typeof(SpaceRecord[]))]
[JsonSerializable(typeof(StatusRecord))]
[JsonSerializable(typeof(TagCountRecord))]
[JsonSerializable(typeof(TagSuggestionLineRecord))]
[JsonSerializable(typeof(TagSuggestionRecord))]
[JsonSerializable(typeof(TaggedItemRecord))]
[JsonSerializable(typeof(TagsAddedRecord))]
[JsonSerializable(typeof(TagsRemovedRecord))]
[JsonSerializable(typeof(VerificationRecord))]
internal sealed partial class WireJson : JsonSerializerContext;
