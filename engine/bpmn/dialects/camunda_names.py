"""The names of Camunda 7 and of what it came from and went apart from: Activiti 5 and 6, and Flowable.

Most stand in the published schemas of all three; a file under the Activiti namespace may come from any of them.
"""

from __future__ import annotations

from engine.bpmn.dialects.reading import CALL, LOOP, USER, Fate, Name, names

TASKS = "task userTask serviceTask scriptTask businessRuleTask sendTask receiveTask manualTask"
ACTIVITIES = f"{TASKS} callActivity subProcess transaction adHocSubProcess"
GATEWAYS = "exclusiveGateway inclusiveGateway parallelGateway eventBasedGateway complexGateway"
EVENTS = "startEvent endEvent intermediateCatchEvent intermediateThrowEvent boundaryEvent"
NODES = f"{ACTIVITIES} {GATEWAYS} {EVENTS}"
#: What a machine does: the implementation may be named on any of them.
WORK = "serviceTask sendTask businessRuleTask messageEventDefinition"

COMMON: dict[str, Name] = {
    **names(Fate.READ, "@assignee @candidateUsers @candidateGroups @dueDate @priority @formKey", USER),
    **names(Fate.READ, "@class @delegateExpression @expression @type @topic", WORK),
    **names(Fate.READ, "@resultVariable", f"{WORK} scriptTask"),
    **names(Fate.READ, "@collection @elementVariable", LOOP),
    **names(Fate.READ, "in", f"{CALL} signalEventDefinition serviceTask"),
    **names(Fate.READ, "out", f"{CALL} serviceTask"),
    **names(Fate.READ, "in@source in@sourceExpression in@target out@source out@sourceExpression out@target"),
    **names(Fate.READ, "in@variables in@local out@variables out@local"),
    **names(Fate.NOTED, "in@businessKey"),
    **names(Fate.READ, "field", WORK),
    **names(Fate.READ, "field@name field@stringValue field@expression"),
    **names(Fate.READ, "string", "field collection"),
    **names(Fate.READ, "expression", "field collection"),
    **names(Fate.READ, "failedJobRetryTimeCycle", f"{NODES} {LOOP}"),
    **names(Fate.LISTENER, "executionListener taskListener"),
    **names(Fate.FIELDS, "formProperty"),
    **names(Fate.JAVA, "@formHandlerClass"),
    **names(Fate.NOTED, "@async @exclusive @initiator", harmless=""),
    **names(Fate.NOTED, "@candidateStarterUsers @candidateStarterGroups potentialStarter"),
    **names(Fate.NOTED, "@businessKey"),
}  # fmt: skip

CAMUNDA: dict[str, Name] = {
    **names(Fate.READ, "@followUpDate @formRef", USER),
    **names(Fate.VERSION, "@formRefBinding", USER, harmless="latest deployment"),
    **names(Fate.VERSION, "@formRefVersion", USER),
    **names(Fate.READ, "@calledElementBinding @calledElementVersion @calledElementVersionTag", CALL),
    **names(Fate.READ, "@decisionRef @mapDecisionResult", "businessRuleTask"),
    **names(Fate.VERSION, "@decisionRefBinding", harmless="latest deployment"),
    **names(Fate.VERSION, "@decisionRefVersion @decisionRefVersionTag"),
    **names(Fate.NOTED, "@calledElementTenantId @decisionRefTenantId"),
    **names(Fate.REFUSED, "@caseRef"),
    **names(Fate.NOTED, "@caseBinding @caseVersion @caseTenantId"),
    **names(Fate.JAVA, "@variableMappingClass @variableMappingDelegateExpression"),
    **names(Fate.READ, "@errorCodeVariable @errorMessageVariable", "errorEventDefinition"),
    **names(Fate.READ, "@escalationCodeVariable", "escalationEventDefinition"),
    **names(Fate.READ, "@errorMessage", "error"),
    **names(Fate.NOTED, "@variableName @variableEvents", "conditionalEventDefinition"),
    **names(Fate.READ, "@versionTag", "process"),
    **names(Fate.REFUSED, "@resource script@resource"),
    **names(Fate.REFUSED, "connector errorEventDefinition"),
    **names(Fate.FIELDS, "formData"),
    **names(Fate.READ, "properties", NODES),
    **names(Fate.READ, "property", "properties"),
    **names(Fate.READ, "property@name property@value"),
    **names(Fate.TOOLS, "property@id"),
    **names(Fate.READ, "inputOutput", NODES),
    **names(Fate.READ, "inputParameter outputParameter", "inputOutput"),
    **names(Fate.READ, "inputParameter@name outputParameter@name"),
    **names(Fate.READ, "list map script", "inputParameter outputParameter list entry"),
    **names(Fate.READ, "script@scriptFormat"),
    **names(Fate.READ, "value", "list entry"),
    **names(Fate.TOOLS, "value@id value@name"),
    **names(Fate.READ, "entry", "map"),
    **names(Fate.READ, "entry@key"),
    **names(Fate.NOTED, "@asyncBefore @asyncAfter", harmless="false"),
    **names(Fate.NOTED, "@jobPriority @taskPriority @historyTimeToLive @isStartableInTasklist"),
    **names(Fate.TOOLS, "@modelerTemplate @modelerTemplateVersion @modelerTemplateIcon @diagramRelationId"),
}  # fmt: skip

FLOWABLE: dict[str, Name] = {
    **names(Fate.READ, "@resultVariableName", "serviceTask"),
    **names(Fate.READ, "@inheritVariables", CALL),
    **names(Fate.READ, "@elementIndexVariable", LOOP),
    **names(Fate.READ, "collection", LOOP),
    **names(Fate.JAVA, "collection@class collection@delegateExpression"),
    **names(Fate.READ, "variableAggregation", LOOP),
    **names(Fate.READ, "variableAggregation@target"),
    **names(Fate.REFUSED, "variableAggregation@targetExpression"),
    **names(Fate.REFUSED, "variableAggregation@createOverviewVariable", harmless="false"),
    **names(Fate.REFUSED, "variableAggregation@storeAsTransientVariable", harmless="false"),
    **names(Fate.JAVA, "variableAggregation@class variableAggregation@delegateExpression"),
    **names(Fate.READ, "variable", "variableAggregation"),
    **names(Fate.READ, "variable@source variable@sourceExpression variable@target"),
    **names(Fate.REFUSED, "variable@targetExpression in@targetExpression out@targetExpression"),
    **names(Fate.NOTED, "in@transient out@transient", harmless="false"),
    **names(Fate.READ, "@errorVariableName", "errorEventDefinition"),
    **names(Fate.NOTED, "@errorVariableTransient", harmless="false"),
    **names(Fate.REFUSED, "@errorVariableLocalScope", harmless="false"),
    **names(Fate.NOTED, "@skipExpression @sameDeployment @fallbackToDefaultTenant"),
    **names(Fate.REFUSED, "@calledElementType", harmless="key"),
    **names(Fate.REFUSED, "@useLocalScopeForOutParameters @useLocalScopeForResultVariable", harmless="false"),
    **names(Fate.REFUSED, "@triggerable @terminateAll @terminateMultiInstance", harmless="false"),
    **names(Fate.REFUSED, "@scope", "signal", harmless="global"),
    **names(Fate.REFUSED, "@idVariableName @taskIdVariableName @activeTaskIdVariableName @taskCompleterVariableName"),
    **names(Fate.REFUSED, "@businessCalendarName businessCalendarName @endDate"),
    **names(Fate.REFUSED, "@signalExpression @messageExpression"),
    **names(Fate.REFUSED, "@caseDefinitionKey @caseInstanceName"),
    **names(Fate.REFUSED, "@rules @ruleVariablesInput @exclude", "businessRuleTask", harmless="false"),
    **names(Fate.NOTED, "@storeResultVariableAsTransient @autoStoreVariables", harmless="false"),
    **names(Fate.NOTED, "@asyncLeave @asyncLeaveExclusive @completeAsync @parallelInSameTransaction", harmless="false"),
    **names(Fate.NOTED, "@inheritBusinessKey @processInstanceName @owner @category @extensionId customResource"),
    **names(Fate.NOTED, "@formFieldValidation @history @isEagerExecutionFetching @doNotIncludeVariables"),
    **names(Fate.TOOLS, "task-candidates-type work-form-field-validation initiator-can-complete"),
    **names(Fate.LISTENER, "eventListener"),
    **names(Fate.JAVA, "mapException httpRequestHandler httpResponseHandler"),
    **names(
        Fate.REFUSED,
        "eventType triggerEventType sendSynchronously eventCorrelationParameter triggerEventCorrelationParameter "
        "eventInParameter eventOutParameter startEventCorrelationConfiguration channelKey channelName channelType "
        "channelDestination keyDetectionType keyDetectionValue systemChannel triggerChannelKey correlationParameter",
    ),
    **names(Fate.REFUSED, "caseDefinitionKey case"),
    **names(Fate.REFUSED, "value"),  # the value that a data object begins with
}  # fmt: skip
