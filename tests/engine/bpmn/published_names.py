"""What the published schemas let a modeller write: for each dialect its names, by the BPMN element they stand on.

One line per element: its name, then what may stand there. `@a` is an attribute of the dialect, `e` an extension
element, `e@a` its attribute, `e/f` an element inside it. Behind a name in brackets stands what it makes sense
with: other attributes of the same holder. From the moddle descriptors of Camunda 7 (8.0.1) and Camunda 8 (2.0.0),
the schema and constants of Flowable 6 (with Activiti's among them), and the schema and guide of SpiffArena.
"""

CAMUNDA = """
definitions: @diagramRelationId
error: @errorMessage
process: @jobPriority @taskPriority @candidateStarterGroups @candidateStarterUsers @versionTag @historyTimeToLive
process: @isStartableInTasklist @modelerTemplate @modelerTemplateVersion executionListener properties potentialStarter
userTask: @async @asyncBefore @asyncAfter @exclusive @jobPriority @formHandlerClass @formKey @formRef
userTask: @formRefBinding[@formRef] @formRefVersion[@formRef] @assignee @candidateUsers @candidateGroups @dueDate
userTask: @followUpDate @priority taskListener taskListener@expression taskListener@class taskListener/script
userTask: taskListener@delegateExpression taskListener@event taskListener/field taskListener@id
userTask: formProperty formProperty@id formData formData@businessKey formData/formField formData/formField@id
userTask: formData/formField/validation formData/formField/validation/constraint@name formData/formField/value@id
userTask: properties/property@value properties/property@name properties/property@id
userTask: failedJobRetryTimeCycle modelerTemplate
userTask: inputOutput/inputParameter inputOutput/inputParameter@name inputOutput/outputParameter
userTask: inputOutput/outputParameter@name inputOutput/inputParameter/list inputOutput/inputParameter/list/value
userTask: inputOutput/inputParameter/map inputOutput/inputParameter/map/entry inputOutput/inputParameter/map/entry@key
userTask: inputOutput/inputParameter/script inputOutput/inputParameter/script@scriptFormat
userTask: inputOutput/inputParameter/script@resource inputOutput/inputParameter/list/value@id
userTask: inputOutput/inputParameter/list/value@name
startEvent: @formHandlerClass @formKey @formRef @initiator formData formProperty @asyncBefore
serviceTask: @type @topic[@type=external] @taskPriority[@type=external] @class @expression @delegateExpression
serviceTask: @resultVariable[@expression] errorEventDefinition errorEventDefinition@expression connector
serviceTask: connector/connectorId connector/inputOutput field[@class] field@name[@class]
serviceTask: field@stringValue[@class] field/string[@class] field/expression[@class] field@expression[@class]
sendTask: @type @topic[@type=external] @class @expression @delegateExpression
businessRuleTask: @decisionRef @decisionRefBinding[@decisionRef] @decisionRefVersion[@decisionRef]
businessRuleTask: @mapDecisionResult[@decisionRef] @decisionRefTenantId @resultVariable[@decisionRef] @class
businessRuleTask: @decisionRefVersionTag
messageEventDefinition: @type @topic[@type=external] @class @expression @delegateExpression
scriptTask: @resultVariable @resource
formalExpression: @resource
conditionExpression: @resource
callActivity: @calledElementBinding @calledElementVersion[@calledElementBinding=version] @calledElementTenantId
callActivity: @calledElementVersionTag[@calledElementBinding=versionTag] @caseRef @caseBinding @caseVersion
callActivity: @caseTenantId @variableMappingClass @variableMappingDelegateExpression in@source[in@target=t]
callActivity: in@sourceExpression[in@target=t] in@target[in@source=s] in@businessKey in@variables=all
callActivity: in@local=true[in@variables=all] out@source[out@target=t] out@sourceExpression[out@target=t]
callActivity: out@target[out@source=s] out@variables=all out@local=true[out@source=s]
errorEventDefinition: @errorCodeVariable @errorMessageVariable
escalationEventDefinition: @escalationCodeVariable
signalEventDefinition: @async in@source[in@target=t] in@variables=all
conditionalEventDefinition: @variableName @variableEvents
multiInstanceLoopCharacteristics: @collection @elementVariable @asyncBefore @asyncAfter failedJobRetryTimeCycle
sequenceFlow: executionListener executionListener@class executionListener@event executionListener/script
exclusiveGateway: @asyncBefore executionListener
participant: @modelerTemplate
"""

ZEEBE = """
process: versionTag@value userTaskForm@id executionListeners jobPriorityDefinition@priority @modelerTemplate
process: @modelerTemplateVersion @modelerTemplateIcon properties
message: subscription@correlationKey @modelerTemplate
userTask: userTask formDefinition@formKey formDefinition@formId formDefinition@externalReference
userTask: formDefinition@bindingType[formDefinition@formId] formDefinition@versionTag[formDefinition@formId]
userTask: assignmentDefinition@assignee assignmentDefinition@candidateGroups assignmentDefinition@candidateUsers
userTask: priorityDefinition@priority taskSchedule@dueDate taskSchedule@followUpDate taskListeners
userTask: taskListeners/taskListener@eventType taskListeners/taskListener@retries taskListeners/taskListener@type
userTask: ioMapping/input@source ioMapping/input@target ioMapping/output@source ioMapping/output@target
userTask: properties/property@name properties/property@value properties/property@modelerConfigurationName
userTask: ioMapping/input@modelerConfigurationTemplate taskHeaders/header@key
startEvent: formDefinition@formId
serviceTask: taskDefinition@type taskDefinition@retries[taskDefinition@type] @retryCounter taskHeaders/header@id
serviceTask: taskHeaders/header@key taskHeaders/header@value linkedResources
serviceTask: linkedResources/linkedResource@resourceId linkedResources/linkedResource@resourceType
serviceTask: linkedResources/linkedResource@linkName linkedResources/linkedResource@bindingType
serviceTask: agentDefinition@agentType
serviceTask: executionListeners/executionListener@eventType executionListeners/executionListener/taskHeaders
serviceTask: executionListeners/executionListener@retries executionListeners/executionListener@type
businessRuleTask: calledDecision@decisionId calledDecision@resultVariable calledDecision@bindingType
businessRuleTask: calledDecision@versionTag
scriptTask: script@expression script@resultVariable
callActivity: calledElement@processId calledElement@processIdExpression calledElement@businessId
callActivity: calledElement@propagateAllChildVariables=false calledElement@propagateAllParentVariables=false
callActivity: calledElement@bindingType=versionTag calledElement@versionTag[calledElement@bindingType=versionTag]
endEvent: taskDefinition@type publishMessage@correlationKey publishMessage@messageId publishMessage@timeToLive
intermediateThrowEvent: taskDefinition@type
multiInstanceLoopCharacteristics: loopCharacteristics@inputCollection loopCharacteristics@inputElement
multiInstanceLoopCharacteristics: loopCharacteristics@outputCollection loopCharacteristics@outputElement
adHocSubProcess: adHoc@activeElementsCollection adHoc@outputCollection adHoc@outputElement taskDefinition@type
conditionalEventDefinition: conditionalFilter@variableNames conditionalFilter@variableEvents
"""

FLOWABLE = """
process: @candidateStarterUsers @candidateStarterGroups @history @isEagerExecutionFetching eventListener@events
process: eventListener@class eventListener@throwEvent eventListener@signalName eventListener@entityType
startEvent: @initiator @formKey @formFieldValidation formProperty formProperty@id formProperty/value @sameDeployment
userTask: @extensionId @formKey @formFieldValidation @formHandlerClass @async @exclusive @assignee @owner @dueDate
userTask: @businessCalendarName @candidateUsers @candidateGroups @priority @category @skipExpression
userTask: @taskIdVariableName @activeTaskIdVariableName customResource customResource@name taskListener
userTask: taskListener@onTransaction taskListener@customPropertiesResolverClass taskListener@class
userTask: taskListener@customPropertiesResolverExpression businessCalendarName asyncLeave @asyncLeave
serviceTask: @class @type @expression @resultVariableName[@expression] @resultVariable[@expression] @skipExpression
serviceTask: @delegateExpression @triggerable @useLocalScopeForResultVariable @storeResultVariableAsTransient
serviceTask: @topic[@type=external-worker] @caseDefinitionKey field[@class] field@name[@class] field@stringValue[@class]
serviceTask: field@expression[@class] field/string[@class] field/expression[@class] mapException mapException@errorCode
serviceTask: httpRequestHandler httpResponseHandler eventType triggerEventType sendSynchronously channelKey
serviceTask: eventInParameter@source eventOutParameter@source triggerEventCorrelationParameter failedJobRetryTimeCycle
serviceTask: in@source[in@target=t] out@source[out@target=t] @caseInstanceName executionListener
sendTask: @type @class
businessRuleTask: @rules @ruleVariablesInput @exclude=true @resultVariable[@expression] @class
scriptTask: @resultVariable @autoStoreVariables @skipExpression
callActivity: @calledElementType=id @fallbackToDefaultTenant @sameDeployment @businessKey @inheritBusinessKey
callActivity: @inheritVariables=true @useLocalScopeForOutParameters @completeAsync @processInstanceName
callActivity: @idVariableName in@source[in@target=t] in@sourceExpression[in@target=t] in@target[in@source=s]
callActivity: in@targetExpression[in@source=s] in@transient out@source[out@target=t] out@target[out@source=s]
callActivity: out@targetExpression out@transient in@businessKey
multiInstanceLoopCharacteristics: @collection @elementVariable @elementIndexVariable collection collection@class
multiInstanceLoopCharacteristics: collection@delegateExpression collection/string collection/expression
multiInstanceLoopCharacteristics: variableAggregation@target variableAggregation@targetExpression
multiInstanceLoopCharacteristics: variableAggregation@class variableAggregation@createOverviewVariable
multiInstanceLoopCharacteristics: variableAggregation@storeAsTransientVariable
multiInstanceLoopCharacteristics: variableAggregation/variable@source variableAggregation/variable@target
timeCycle: @endDate @businessCalendarName
errorEventDefinition: @errorVariableName @errorVariableTransient @errorVariableLocalScope
signalEventDefinition: @async @signalExpression
messageEventDefinition: @messageExpression
terminateEventDefinition: @terminateAll @terminateMultiInstance
signal: @scope=processInstance
sequenceFlow: @skipExpression executionListener executionListener@class executionListener@expression
dataObject: value
"""

SPIFFWORKFLOW = """
userTask: preScript postScript instructionsForEndUser variableName properties/property@name properties/property@value
userTask: taskMetadataValues taskMetadataValues/taskMetadataValue@name allowGuest guestConfirmation
userTask: processModelToStartOnTaskAvailable
manualTask: instructionsForEndUser
serviceTask: serviceTaskOperator@id serviceTaskOperator@resultVariable[serviceTaskOperator@id]
serviceTask: serviceTaskOperator/parameters/parameter@value
serviceTask: serviceTaskOperator/parameters/parameter@id[serviceTaskOperator/parameters/parameter@value]
serviceTask: serviceTaskOperator/parameters/parameter@type serviceTaskOperator/retry@retries
serviceTask: serviceTaskOperator/retry@backoff_base
businessRuleTask: calledDecisionId
scriptTask: unitTests unitTests/unitTest@id unitTests/unitTest/inputJson unitTests/unitTest/expectedOutputJson
message: messagePayload messageVariable @jsonSchemaId
messageEventDefinition: messagePayload messageVariable
messageEventDefinition: processVariableCorrelation/propertyId[processVariableCorrelation/expression]
messageEventDefinition: processVariableCorrelation/expression[processVariableCorrelation/propertyId]
sendTask: messagePayload
receiveTask: messageVariable @isMatchingCorrelation
signal: payloadExpression variableName
error: payloadExpression variableName
escalation: payloadExpression variableName
multiInstanceLoopCharacteristics: @scriptsOnInstances=true @isOutputSynced
standardLoopCharacteristics: @scriptsOnInstances=true
startEvent: signalButtonLabel
dataObject: category
"""

PUBLISHED = {"camunda": CAMUNDA, "zeebe": ZEEBE, "flowable": FLOWABLE, "spiffworkflow": SPIFFWORKFLOW}
